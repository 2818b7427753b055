import { Check } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { NewInvitation } from '#contract/invitations.ts'
import { bodyOf, emptyDraft, forNext, isEmpty, readDraft } from './invite-draft.ts'

const ID = '00000000-0000-4000-8000-00000000000'
const offered = {
  accountId: `${ID}1`,
  roleId: `${ID}2`,
  departments: new Set([`${ID}3`]),
  queues: new Set([`${ID}4`]),
  mayLimit: true,
  language: 'nl',
} as const
const full = {
  ...emptyDraft(),
  email: ' ada@example.com ',
  firstName: ' Ada ',
  lastName: '  ',
  positions: { [`${ID}3`]: ' Operator ', [`${ID}9`]: 'Elsewhere' },
  queueIds: [`${ID}4`, `${ID}9`],
  liveLimit: 0,
}

describe('what is sent', () => {
  test('is what was filled in and can be given at the account', () => {
    const body = bodyOf(full, offered)
    expect(body).toEqual({
      accountId: `${ID}1`,
      roleId: `${ID}2`,
      language: 'nl',
      email: 'ada@example.com',
      firstName: 'Ada',
      departments: [{ id: `${ID}3`, position: 'Operator' }],
      queueIds: [`${ID}4`],
      liveLimit: 0,
    })
    expect(Check(NewInvitation, body)).toBe(true)
  })

  test('has no limits from somebody who may set none', () => {
    expect(bodyOf(full, { ...offered, mayLimit: false })).not.toHaveProperty('liveLimit')
  })
})

describe('what is kept', () => {
  test('comes back as it was', () => {
    expect(readDraft(JSON.stringify(full))).toEqual(full)
  })

  test.each([null, '', 'not json', '[]', '7', '{"email":7,"positions":[1],"liveLimit":2.5}'])(
    '%s is an empty invitation',
    (text) => {
      expect(isEmpty(readDraft(text))).toBe(true)
    },
  )

  test('the next person gets the same choices and nothing of the last', () => {
    const next = forNext(full)
    expect(JSON.stringify(next)).not.toMatch(/ada|Ada|Operator/)
    expect(next.queueIds).toEqual(full.queueIds)
    expect(Object.keys(next.positions)).toEqual(Object.keys(full.positions))
  })
})
