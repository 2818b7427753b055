// What is asked of History.
import type { HistoryQuery } from '#contract/history.ts'
import { A_DAY, AN_ID, addressed, said, startOf } from '#lib/asking/address.ts'

export interface Asked {
  text: string
  siteId: string
  queueId: string
  operatorId: string
  /** Days, such as 2026-11-21; the last one is asked for as well. */
  from: string
  until: string
}

export const NOTHING: Asked = {
  text: '',
  siteId: '',
  queueId: '',
  operatorId: '',
  from: '',
  until: '',
}

export const {
  read: readAsked,
  write: writeAsked,
  isNarrowed,
} = addressed<keyof Asked>(NOTHING, ['text', 'siteId', 'queueId', 'operatorId', 'from', 'until'], {
  text: { name: 'q', sound: /^.{0,200}$/s },
  siteId: { name: 'site', sound: AN_ID },
  queueId: { name: 'queue', sound: AN_ID },
  operatorId: { name: 'operator', sound: AN_ID },
  from: { name: 'from', sound: A_DAY },
  until: { name: 'until', sound: A_DAY },
})

/** The question for the server; days are the reader's own. */
export function queryOf({ text, siteId, queueId, operatorId, from, until }: Asked): HistoryQuery {
  const [begin, end] = [startOf(from), startOf(until, 1)]
  return said({ text, siteId, queueId, operatorId, from: begin, until: end })
}
