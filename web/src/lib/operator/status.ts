// How an operator's status looks and what it is called, wherever one is shown.
import { type Operator, type OperatorStatus, statusOf } from '#contract/presence.ts'
import type { Tone } from '#lib/ui/tone.ts'
import { t } from '#lib/words.ts'

export const statusTone: Readonly<Record<OperatorStatus, Tone>> = {
  available: 'ok',
  at_limit: 'full',
  wrap_up: 'wrap',
  busy: 'wrap',
  finishing: 'wrap',
  away: 'pause',
  not_answering: 'bad',
  reconnecting: 'off',
  offline: 'off',
}

const words = {
  available: 'shell.status.available',
  at_limit: 'shell.status.at-limit',
  wrap_up: 'shell.status.wrap-up',
  busy: 'shell.status.busy',
  finishing: 'shell.status.finishing',
  away: 'shell.status.away',
  not_answering: 'shell.status.not-answering',
  reconnecting: 'shell.status.reconnecting',
  offline: 'shell.status.offline',
} as const satisfies Record<OperatorStatus, string>

/** The status in the language on the screen. */
export function statusWord(status: OperatorStatus): string {
  return t(words[status])
}

/** Since when the operator's status is what it is: since the choice, or since the connection broke. */
export function statusSince(operator: Operator): string {
  const status = statusOf(operator)
  const isByConnection = status === 'reconnecting' || status === 'offline'
  if (!isByConnection || operator.availability === 'offline') return operator.since
  return operator.connectionSince
}
