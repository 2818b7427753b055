import { expect, test } from 'vitest'
import { whyNotWrite } from './rules.ts'

const held = { isHeld: true, wasHeld: true, isClosed: false }

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
])('writing in a chat: %s', (_, standing, expected) => {
  expect(whyNotWrite(standing)).toBe(expected)
})
