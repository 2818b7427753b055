import { expect, test } from 'vitest'
import { MOST_MESSAGES, whyNotWrite } from './rules.ts'

const held = { isHeld: true, wasHeld: true, isClosed: false, messageSeq: 3 }

test.each([
  ['the operator who holds it', held, null],
  ['an operator who never held it', { ...held, isHeld: false, wasHeld: false }, 'not_found'],
  ['the operator whose chat went to another', { ...held, isHeld: false }, 'not_found'],
  [
    'the operator who held it until it was closed',
    { ...held, isHeld: false, isClosed: true },
    'chat_closed',
  ],
  [
    'a stranger to a closed chat',
    { ...held, isHeld: false, wasHeld: false, isClosed: true },
    'not_found',
  ],
  ['the holder of a chat with room for one more', { ...held, messageSeq: MOST_MESSAGES - 1 }, null],
  ['the holder of a chat that is full', { ...held, messageSeq: MOST_MESSAGES }, 'too_many'],
])('writing in a chat: %s', (_, standing, expected) => {
  expect(whyNotWrite(standing)).toBe(expected)
})
