// What it means for the queues that somebody serves when they leave a department.
import type { DepartmentUse } from '#contract/departments.ts'

export interface QueueEffect {
  /** Queues of theirs that nobody of the department serves any more, and how many others still do. */
  lost: { name: string; others: number }[]
  /** Their other queues. */
  kept: string[]
}

/** `served`: the queues that they are assigned to; `queues`: those that the department's people are. */
export function effectOfLeaving(
  served: readonly { id: string; name: string }[],
  queues: DepartmentUse['queues'],
): QueueEffect {
  const standing = new Map(queues.map((one) => [one.queueId, one]))
  const isLost = (id: string) => (standing.get(id)?.people ?? 0) === 1
  return {
    lost: served
      .filter(({ id }) => isLost(id))
      .map(({ id, name }) => ({ name, others: standing.get(id)?.others ?? 0 })),
    kept: served.filter(({ id }) => !isLost(id)).map(({ name }) => name),
  }
}
