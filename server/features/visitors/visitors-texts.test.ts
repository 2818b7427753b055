// What visitors write, and what the hostile among them try.
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { visitors } from '#contract/visitors.ts'
import { furnish, newChat } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

const SURROGATES = ['\ud800', '\udc00\ud800']
const CONTROL = ['\u0000', 'a\u0000b', '\u0001', '\u001b[31m', '\u0085', '\u009b']
const BLANK = ['', '   ', '\u00a0', '\u200b\u200b', '\u2800', '\u3164']
const FINE = [
  'Łukasz Ünal',
  '李雷',
  'محمد',
  "O'Brien-Smith Jr.",
  '👨‍👩‍👧‍👦👨‍👩‍👧‍👦',
  '<script>alert(1)</script>',
  "'; DROP TABLE users;--",
  `\${jndi:ldap://x}`,
  '%s%n',
  '=HYPERLINK("x")',
]

describe('WID-7 hostile texts are refused or kept as they are, and break nothing', () => {
  test('as a message and as a name', async () => {
    const floor = await furnish(house)
    const ask = async (change: object) => {
      const visitor = await floor.visitor()
      const answer = await visitor.try(visitors.ask, { body: { ...newChat(), ...change } })
      return answer.status
    }
    const refused = [
      ...SURROGATES,
      ...CONTROL,
      ...BLANK,
      'x'.repeat(4001),
      '🏳'.repeat(4001),
      5,
      null,
      ['a'],
      {},
    ]
    for (const body of refused) expect([body, await ask({ body })]).toEqual([body, 400])
    const notNames = [
      ...SURROGATES,
      ...CONTROL,
      ...BLANK,
      '\u202Egpj.exe',
      'a\nb',
      `a${'\u0301'.repeat(500)}`,
      'x'.repeat(65),
    ]
    for (const name of notNames) expect([name, await ask({ name })]).toEqual([name, 400])
    for (const text of FINE)
      expect([text, await ask({ name: text, body: text })]).toEqual([text, 200])
  })

  test('as anything else', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    for (const change of [
      { email: 'a@b' },
      { email: 'a@b.co, c@evil.co' },
      { email: 'a@b.co\r\nBcc: x@evil.co' },
      { pageUrl: 'https://x/\u0000' },
      { pageUrl: `https://x/${'я'.repeat(1500)}` },
      { id: 'x' },
      { id: '00000000-0000-0000-0000-00000000000G' },
      { id: randomUUID().toUpperCase() },
      { clientId: 1 },
      { more: 1 },
    ]) {
      const answer = await visitor.try(visitors.ask, { body: { ...newChat(), ...change } })
      expect([change, answer.status]).toEqual([change, 400])
    }
    expect(await visitor.call(visitors.chats)).toEqual([])
  })

  test('kept as they are: NFC, one kind of line break, few marks', async () => {
    const floor = await furnish(house)
    const visitor = await floor.visitor()
    const { id } = await visitor.ask('n\u0303\r\nb\u2028c')
    const messages = await visitor.call(visitors.messages, { params: { id } })
    expect(messages.map(({ body }) => body)).toEqual(['ñ\nb\nc'])
  })
})
