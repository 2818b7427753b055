import { describe, expect, test } from 'vitest'
import type { Invitation, InvitationState } from '#contract/invitations.ts'
import type { Person } from '#contract/users.ts'
import { compareNames } from '#lib/words.ts'
import { type Line, lineOfInvitation, lineOfPerson, type Names } from './line.ts'
import {
  isNarrowed,
  presentOf,
  readFilter,
  STATUSES,
  shownOf,
  writeFilter,
} from './people-filter.ts'
import { roleName } from './wording.ts'

const names: Names = {
  account: (id) => ({ org: 'Noordzee', nl: 'Netherlands' })[id],
  department: (id) => ({ sales: 'Sales', service: 'Service' })[id],
  queue: (id) => ({ q1: 'Sales NL' })[id],
}

const atOrganisation = { kind: 'account', at: 'org', accountId: 'org' } as const

function person(more: Partial<Person> & Pick<Person, 'firstName'>) {
  const row: Person = {
    id: more.firstName,
    userId: `user of ${more.firstName}`,
    accountId: 'org',
    lastName: 'Jansen',
    displayName: null,
    email: `${more.firstName}@noordzee.example`,
    login: `${more.firstName}@noordzee.example`,
    photo: null,
    language: 'en',
    status: 'active',
    erasesAt: null,
    roles: [{ key: 'agent', name: 'Agent', ...atOrganisation }],
    departments: [],
    supervisorGroupId: null,
    queues: [],
    skills: [],
    live: null,
    deferred: null,
    ...{ units: null, shiftId: null },
    createdAt: '2026-01-01T09:00:00.000Z',
    version: 1,
    ...more,
  }
  return lineOfPerson(row, names)
}

function invitation(state: InvitationState, email = `${state}@example.com`) {
  const row: Invitation = {
    id: state,
    accountId: 'org',
    email,
    firstName: null,
    lastName: null,
    displayName: null,
    language: 'en',
    photo: null,
    roles: [{ key: 'viewer', name: 'Viewer', kind: 'account', at: 'org' }],
    departments: [],
    supervisorGroupId: null,
    queues: [],
    skills: [],
    sites: [],
    set: {},
    draft: null,
    state,
    inviterId: 'hanna',
    inviterName: 'Hanna Schulz',
    createdAt: '2026-01-01T09:00:00.000Z',
    sentAt: null,
    openedAt: null,
    expiresAt: '2026-01-04T09:00:00.000Z',
    hours: null,
    acceptedAt: null,
    membershipId: null,
    deliveryError: null,
    version: 1,
  }
  return lineOfInvitation(row, names)
}

const filter = (search: string) => readFilter(new URLSearchParams(search))
const more = { group: (id: string) => ({ g1: 'Team Hanna' })[id], role: roleName }
/** Lines come in by name. */
const shown = (lines: readonly Line[], search: string) =>
  shownOf(
    lines.toSorted((a, b) => compareNames(a.name, b.name)),
    filter(search),
    more,
  ).map(({ id }) => id)

describe('the address of the page', () => {
  test.each([
    '',
    '?q=ada',
    '?status=active,blocked&role=agent',
    '?department=sales&account=nl&sort=-limit',
    '?queue=q1&skill=s1,s2&group=g1&shift=h1&sort=created&cols=login,roles',
  ])('%s says the same after reading and writing', (search) => {
    expect(writeFilter(filter(search))).toBe(search)
  })

  test('what nobody could have chosen is left out', () => {
    expect(writeFilter(filter('?status=dancing&sort=colour'))).toBe('')
  })

  test('an account and an order narrow nothing', () => {
    expect(isNarrowed(filter('?account=nl&sort=-limit'))).toBe(false)
    expect(isNarrowed(filter('?q=a'))).toBe(true)
    expect(isNarrowed(filter('?status=active'))).toBe(true)
  })
})

describe('searching', () => {
  const lines = [
    person({ firstName: 'Chloé', lastName: 'Martin' }),
    person({ firstName: 'Göran', lastName: 'Lund', displayName: 'Support' }),
  ]

  test.each([
    ['chloe', ['Chloé']],
    ['MARTIN chl', ['Chloé']],
    ['göran@noordzee', ['Göran']],
    ['support', ['Göran']],
    ['martin lund', []],
    ['noordzee', []],
    ['noordzee.example', ['Chloé', 'Göran']],
  ])('%s', (q, ids) => {
    expect(shown(lines, `?q=${encodeURIComponent(q)}`)).toEqual(ids)
  })
})

describe('what is over', () => {
  const states = ['sent', 'opened', 'bounced', 'expired', 'accepted', 'revoked'] as const
  const lines = [
    ...states.map((state) => invitation(state)),
    person({ firstName: 'Ada' }),
    person({ firstName: 'Bo', status: 'archived' }),
  ]

  test('shows only when it is asked for', () => {
    expect(presentOf(lines).map(({ id }) => id)).toEqual([
      'sent',
      'opened',
      'bounced',
      'expired',
      'Ada',
    ])
    expect(shown(lines, '?status=revoked')).toEqual(['revoked'])
    expect(shown(lines, '?status=archived')).toEqual(['Bo'])
  })

  test('W-11: each state can be asked for, and is what it says', () => {
    const all = [
      'queued',
      'sent',
      'opened',
      'bounced',
      'expired',
      'draft',
      'accepted',
      'revoked',
    ] as const
    const every = [
      ...all.map((state) => invitation(state)),
      person({ firstName: 'Ada' }),
      person({ firstName: 'Bo', status: 'archived' }),
      person({ firstName: 'Cor', status: 'blocked' }),
    ]
    const found = Object.fromEntries(
      STATUSES.map((status) => [status, shown(every, `?status=${status}`)]),
    )
    expect(found).toEqual({
      active: ['Ada'],
      invited: ['opened', 'queued', 'sent'],
      draft: ['draft'],
      bounced: ['bounced'],
      expired: ['expired'],
      blocked: ['Cor'],
      archived: ['Bo'],
      accepted: ['accepted'],
      revoked: ['revoked'],
    })
  })

  test('invited are those whose link is on its way or there', () => {
    expect(shown(lines, '?status=invited')).toEqual(['opened', 'sent'])
    expect(shown(lines, '?status=bounced,expired')).toEqual(['bounced', 'expired'])
  })
})

describe('filters and order', () => {
  const lines = [
    person({
      firstName: 'Bo',
      departments: [{ id: 'sales', position: 'Operator' }],
      live: { limit: 2, own: 2, version: 1 },
    }),
    person({
      firstName: 'Ada',
      accountId: 'nl',
      departments: [{ id: 'service', position: null }],
      roles: [{ key: 'manager', name: 'Manager', ...atOrganisation }],
    }),
    person({
      firstName: 'Cor',
      live: { limit: 10, own: 10, version: 1 },
      departments: [{ id: 'sales', position: null }],
      shiftId: 'late',
    }),
  ]

  test('PR-10 whose shift is one', () => {
    expect(shown(lines, '?shift=late,early')).toEqual(['Cor'])
    expect(shown(lines, '?shift=early')).toEqual([])
  })

  test('several of one kind widen, kinds together narrow', () => {
    expect(shown(lines, '?department=sales,service')).toEqual(['Ada', 'Bo', 'Cor'])
    expect(shown(lines, '?department=sales&role=manager')).toEqual([])
  })

  test.each([
    ['?sort=limit', ['Ada', 'Bo', 'Cor']],
    ['?sort=-limit', ['Cor', 'Bo', 'Ada']],
    ['?sort=account', ['Ada', 'Bo', 'Cor']],
    ['?sort=-department', ['Ada', 'Bo', 'Cor']],
    ['?sort=-name', ['Cor', 'Bo', 'Ada']],
  ])('%s', (search, ids) => {
    expect(shown(lines, search)).toEqual(ids)
  })

  test('what this person may not see has no name in the line', () => {
    const line = person({
      firstName: 'Dirk',
      departments: [{ id: 'hidden', position: 'Chef' }],
      queues: ['q1', 'hidden'],
    })
    expect(line.departments).toEqual([])
    expect(line.queues).toEqual(['Sales NL'])
  })

  test('a role held at several accounts is said once', () => {
    const agent = { key: 'agent', name: 'Agent' }
    const line = person({
      firstName: 'Eva',
      roles: [
        { ...agent, ...atOrganisation },
        { ...agent, kind: 'account', at: 'nl', accountId: 'nl' },
      ],
    })
    expect(line.roles).toEqual([agent])
  })
})
