import { expect, test } from 'vitest'
import { marked, readFromFrame, readFromLoader } from './bridge.ts'

test.each([
  { say: 'ready' },
  { say: 'close' },
  { say: 'unread', count: 3 },
  { say: 'running', on: true },
  { say: 'colour', colour: '#00727c', ink: '#ffffff' },
] as const)('the loader takes %o from its frame', (message) => {
  expect(readFromFrame(structuredClone(marked(message)))).toEqual(message)
})

test.each([
  ['without the mark', { say: 'close' }],
  ['of another word', { switchboard: 1, say: 'navigate' }],
  ['of the other direction', { switchboard: 1, say: 'opened', page: 'x' }],
  ['with a count that is none', { switchboard: 1, say: 'unread', count: '<b>' }],
  ['with a negative count', { switchboard: 1, say: 'unread', count: -1 }],
  ['that is a string', 'close'],
  ['that is nothing', null],
  ['that is an array', [1, 'close']],
])('the loader takes no message %s', (_, data) => {
  expect(readFromFrame(data)).toBeUndefined()
})

test('the frame keeps no more of the page address than the server takes', () => {
  const heard = readFromLoader(marked({ say: 'opened', page: `https://x/${'a'.repeat(9000)}` }))
  expect(heard?.say === 'opened' && heard.page.length).toBe(2048)
  expect(readFromLoader(marked({ say: 'closed' }))).toEqual({ say: 'closed' })
  expect(readFromLoader(marked({ say: 'close' }))).toBeUndefined()
})
