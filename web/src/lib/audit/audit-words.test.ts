import { beforeAll, expect, test } from 'vitest'
import { needWords, startWords } from '#lib/words.ts'
import { actionText, auditValue, fieldText } from './audit-words.ts'

const sources = import.meta.glob<string>('/server/features/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const ACTION = /\b(?:write|change|changePhoto|record)\(\s*[^'`;{}]{1,80}?'([a-z]+\.[a-z_]+)'/g
/** Changes that leave no line: what chats are made of, and what only tells screens. */
const UNTOLD = new Set([
  'chat.ask',
  'message.write',
  'notification.read',
  'session.move',
  'user.tell',
])

beforeAll(() => Promise.all([startWords(), needWords('audit', 'record')]))

const actions = Object.entries(sources)
  .filter(([path]) => !path.endsWith('.test.ts'))
  .flatMap(([, text]) => [...text.matchAll(ACTION)].map(([, action = '']) => action))
  .filter((action) => !UNTOLD.has(action))

test('every action that the server writes has words', () => {
  expect(actions).toContain('queue.set_skills')
  expect(new Set(actions).size).toBeGreaterThan(40)
  expect([...new Set(actions)].filter((action) => actionText(action) === action)).toEqual([])
})

test.each(['block', 'unblock', 'archive', 'restore', 'remove'])('%s has words', (act) => {
  expect(actionText(`person.${act}`)).not.toBe(`person.${act}`)
})

test('an action that nobody has put in words is shown as it is', () => {
  expect(actionText('moon.land')).toBe('moon.land')
})

test.each([
  ['', 'All of it'],
  ['firstName', 'First name'],
  ['limit.live', 'Live chats at once'],
  ['passwordPolicy.minLength', 'Password rules · Least characters'],
  ['offerSeconds', 'Seconds to accept'],
  ['somethingNew', 'somethingNew'],
])('the field %s is called %s', (field, words) => {
  expect(fieldText(field)).toBe(words)
})

test('a value says what it is', () => {
  expect(auditValue({ level: 3 })).toBe('Level: 3')
  expect(auditValue(null)).toBe('nothing')
})
