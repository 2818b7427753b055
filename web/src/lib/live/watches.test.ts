import { expect, test } from 'vitest'
import { Watches } from './watches.ts'

test('what stays in the set is never let go', () => {
  const heard: string[] = []
  const watches = new Watches((scope) => {
    heard.push(`+${scope}`)
    return () => void heard.push(`-${scope}`)
  })
  watches.keep(['chat:1', 'chat:2'])
  watches.keep(['chat:2', 'chat:3'])
  watches.stop()
  expect(heard).toEqual(['+chat:1', '+chat:2', '-chat:1', '+chat:3', '-chat:2', '-chat:3'])
})
