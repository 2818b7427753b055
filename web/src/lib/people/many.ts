// What is done to many people at once: in parts, for one request takes five hundred, with the count
// as it goes, and with the way back.
import type { Fields } from '#contract/fields.ts'
import { type Act, type ActDone, people as api, type Preview } from '#contract/people.ts'
import { call } from '#lib/api.ts'

const PART = 500

export interface Outcome {
  done: string[]
  /** Why something could not be done, by whom it could not be done to. */
  refused: Map<string, string>
  batches: string[]
}

function partsOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / PART) }, (_, at) =>
    ids.slice(at * PART, (at + 1) * PART),
  )
}

async function inParts(
  ids: readonly string[],
  work: (part: string[]) => Promise<ActDone>,
  told: (done: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { done: [], refused: new Map(), batches: [] }
  for (const part of partsOf(ids)) {
    const { batchId, results } = await work(part)
    if (batchId !== null) outcome.batches.push(batchId)
    for (const { id, refusal } of results) {
      if (refusal === null) outcome.done.push(id)
      else outcome.refused.set(id, refusal)
    }
    told(outcome.done.length + outcome.refused.size)
  }
  return outcome
}

type Told = (done: number) => void

export const act = (wanted: Act, ids: readonly string[], told: Told) =>
  inParts(ids, (part) => call(api.act, { body: { act: wanted, ids: part } }), told)

export const changeMany = (set: Fields, ids: readonly string[], told: Told) =>
  inParts(ids, (part) => call(api.changeMany, { body: { ids: part, set } }), told)

/** What the act would do to all of them together. */
export async function preview(wanted: Act, ids: readonly string[]): Promise<Preview> {
  const parts = await Promise.all(
    partsOf(ids).map((part) => call(api.preview, { body: { act: wanted, ids: part } })),
  )
  const queues = new Map<string, Preview['queues'][number]>()
  for (const queue of parts.flatMap((one) => one.queues)) {
    const chats = queue.chats + (queues.get(queue.queueId)?.chats ?? 0)
    queues.set(queue.queueId, { ...queue, chats })
  }
  return { act: wanted, people: parts.flatMap((one) => one.people), queues: [...queues.values()] }
}

/** Takes it back, the last part first. */
export async function undo(batches: readonly string[]): Promise<void> {
  for (const id of batches.toReversed()) await call(api.undo, { params: { id } })
}
