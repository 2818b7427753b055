// What a transition of a transfer answers, as the no that its caller hears.
import type { RefusalCode } from '#contract/refusals.ts'

const CODES: Readonly<Record<string, RefusalCode>> = {
  not_found: 'not_found',
  // Between the look at who holds it and the lock on it, it went to somebody else.
  not_holder: 'wrong_status',
  same: 'wrong_status',
  held: 'wrong_status',
  closed: 'chat_closed',
  under_way: 'transfer_under_way',
  too_many: 'too_many_transfers',
  not_ready: 'target_away',
  finishing: 'target_finishing',
  at_limit: 'at_limit',
  over: 'transfer_over',
  gone: 'offer_gone',
  again: 'busy',
}

/** Null when it is done. */
export function codeOf(status: string): RefusalCode | null {
  return CODES[status] ?? null
}
