import { expect, test } from 'vitest'
import { effectOfLeaving } from './queue-effect.ts'

const parcels = { id: 'q1', name: 'Parcels' }
const returns = { id: 'q2', name: 'Returns' }
const use = (queueId: string, people: number, others: number) => ({
  ...{ queueId, name: queueId, people, others },
})

test('LA-21: the last of a department in a queue takes the department out of it', () => {
  expect(effectOfLeaving([parcels, returns], [use('q1', 1, 0), use('q2', 3, 4)])).toEqual({
    lost: [{ name: 'Parcels', others: 0 }],
    kept: ['Returns'],
  })
  expect(effectOfLeaving([parcels], [use('q1', 1, 2)]).lost).toEqual([
    { name: 'Parcels', others: 2 },
  ])
})

test('what they do not serve is no concern of theirs', () => {
  expect(effectOfLeaving([], [use('q1', 1, 0)])).toEqual({ lost: [], kept: [] })
})

test('where nothing is known of a queue it stays', () => {
  expect(effectOfLeaving([parcels], [])).toEqual({ lost: [], kept: ['Parcels'] })
})
