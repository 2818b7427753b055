// What a queue says of being closed, as its editor keeps it.
import type { Queue } from '#contract/queues.ts'

export const CLOSING_KINDS = {
  hoursId: 'string?',
  whenClosed: 'string',
  atClosing: 'string',
  messageQueueId: 'string?',
} as const

type Closing = Pick<Queue, keyof typeof CLOSING_KINDS>

export function closingOf({ hoursId, whenClosed, atClosing, messageQueueId }: Closing): Closing {
  return { hoursId, whenClosed, atClosing, messageQueueId }
}
