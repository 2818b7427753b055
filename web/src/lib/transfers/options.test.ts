import { expect, test } from 'vitest'
import type { TargetPerson, Targets } from '#contract/transfers.ts'
import { optionsOf } from './options.ts'

const person = (name: string, status: TargetPerson['status']): TargetPerson => {
  return {
    id: name,
    name,
    photo: null,
    department: 'Zorg',
    status,
    used: 1,
    limit: 3,
    takesHanded: false,
  }
}
const targets: Targets = {
  people: [person('Ada', 'away'), person('Bo', 'at_limit'), person('Zoë', 'available')],
  queues: [{ id: 'q', name: 'Sales', waiting: 2, since: null, online: 0, free: 0 }],
  departments: [{ id: 'd', name: 'Care', online: 2, free: 1 }],
  left: 5,
  mayAssign: false,
}
const wanted = { text: '', freeOnly: false, isAbove: false, isHeld: true }
const names = (more: Partial<typeof wanted>) =>
  optionsOf(targets, { ...wanted, ...more }).map(({ name }) => name)

test('QU-12 whoever is free comes first, and nobody else can be chosen but from above', () => {
  expect(names({})).toEqual(['Zoë', 'Ada', 'Bo', 'Sales', 'Care'])
  expect(names({ freeOnly: true })).toEqual(['Zoë', 'Care'])
  const open = (isAbove: boolean) =>
    optionsOf(targets, { ...wanted, isAbove }).filter(({ isOpen }) => isOpen)
  expect(open(false).map(({ name }) => name)).toEqual(['Zoë', 'Sales', 'Care'])
  expect(open(true)).toHaveLength(5)
})

test('QU-5 whoever is full and may be handed one more comes after those who are free', () => {
  const full = { ...person('Cas', 'at_limit'), takesHanded: true }
  const options = optionsOf({ ...targets, people: [...targets.people, full] }, wanted)
  expect(options.filter(({ isOpen }) => isOpen).map(({ name }) => name)).toEqual([
    ...['Zoë', 'Cas', 'Sales', 'Care'],
  ])
  expect(options.find(({ name }) => name === 'Cas')).toMatchObject({ isFree: false })
})

test('QU-12 a few letters find people, queues and departments, without accents', () => {
  expect(names({ text: 'zoe' })).toEqual(['Zoë'])
  expect(names({ text: 'car' })).toEqual(['Care'])
  expect(names({ text: 'ZORG' })).toEqual(['Zoë', 'Ada', 'Bo'])
  expect(names({ isHeld: false })).not.toContain('Care')
})
