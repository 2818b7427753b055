import { expect, test } from 'vitest'
import type { Change } from '#contract/shapes.ts'
import { Refused } from '#lib/api.ts'
import { RulesDraft } from './rules.svelte.ts'

/** What the server keeps, and somebody who is changing it. */
function organisation(rules: { most: number; seconds: number }) {
  let standing = rules
  const draft = () =>
    new RulesDraft({
      read: async () => standing,
      write: async ({ set, base }: Change<typeof standing>) => {
        const keys = ['most', 'seconds'] as const
        if (keys.some((key) => key in set && base[key] !== standing[key]))
          throw new Refused(409, { code: 'stale', message: 'stale' })
        standing = { ...standing, ...set }
        return standing
      },
    })
  return { draft, standing: () => standing }
}

test('what is saved lies over what others have set meanwhile', async () => {
  const { draft, standing } = organisation({ most: 3, seconds: 60 })
  const [mine, theirs] = [draft(), draft()]
  await Promise.all([mine.load(), theirs.load()])
  mine.set({ most: 5 })
  theirs.set({ seconds: 90 })
  expect(await theirs.save()).toBe(true)
  expect(await mine.save()).toBe(true)
  expect(standing()).toEqual({ most: 5, seconds: 90 })
})

test('the same rule set by somebody else is shown before it is set over', async () => {
  const { draft, standing } = organisation({ most: 3, seconds: 60 })
  const [mine, theirs] = [draft(), draft()]
  await Promise.all([mine.load(), theirs.load()])
  mine.set({ most: 5 })
  theirs.set({ most: 9 })
  await theirs.save()
  expect(await mine.save()).toBe(false)
  expect([mine.isOvertaken, mine.value, standing().most]).toEqual([
    true,
    { most: 5, seconds: 60 },
    9,
  ])
  mine.discard()
  expect([mine.isOvertaken, mine.value?.most]).toEqual([false, 9])
  mine.set({ most: 5 })
  expect(await mine.save()).toBe(true)
  expect(standing().most).toBe(5)
})

test('a value that is typed back is no change', async () => {
  const { draft } = organisation({ most: 3, seconds: 60 })
  const mine = draft()
  await mine.load()
  mine.set({ most: 4 })
  expect(mine.changed).toEqual(['most'])
  mine.set({ most: 3 })
  expect(mine.changed).toEqual([])
})
