// Wrap-up in plain values: what comes after a chat, and its end. As migrations/0046 has it.
import type { FloorChat } from './floor.ts'
import { changeOperator, type Work } from './matching.ts'

/** An active chat of the operator's has ended. */
export function beginWrapUp(work: Work, { kind, operatorId, queueId }: FloorChat): void {
  const queue = work.floor.queues.get(queueId)
  const operator = work.floor.operators.get(operatorId ?? '')
  if (!queue?.wrapUpMs || operator === undefined) return
  const until = work.now + queue.wrapUpMs
  changeOperator(
    work,
    operator.id,
    queue.wrapUpTakesSlot
      ? { wraps: [...operator.wraps, { queueId, kind, units: queue.chatUnits, until }] }
      : { wrapUpUntil: Math.max(operator.wrapUpUntil ?? 0, until) },
  )
}

/** Ends what was due by a moment; whether there was anything. */
export function stopWrappingUp(work: Work, userId: string, due: number): boolean {
  const operator = work.floor.operators.get(userId)
  if (operator === undefined) return false
  const wraps = operator.wraps.filter(({ until }) => until > due)
  const isOver = operator.wrapUpUntil !== undefined && operator.wrapUpUntil <= due
  if (isOver) changeOperator(work, userId, { wrapUpUntil: undefined })
  changeOperator(work, userId, { wraps })
  return isOver || wraps.length < operator.wraps.length
}
