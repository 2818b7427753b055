// What is asked of the audit.
import type { AuditQuery } from '#contract/audit.ts'
import { A_DAY, AN_ID, addressed, said, startOf } from '#lib/asking/address.ts'

export interface Asked {
  text: string
  actorId: string
  /** An action, or with a dot at its end all that begin so. */
  action: string
  subjectId: string
  /** Days, such as 2026-11-21; the last one is asked for as well. */
  from: string
  until: string
}

export const NOTHING: Asked = {
  text: '',
  actorId: '',
  action: '',
  subjectId: '',
  from: '',
  until: '',
}

export const {
  read: readAsked,
  write: writeAsked,
  isNarrowed,
} = addressed<keyof Asked>(NOTHING, ['text', 'actorId', 'action', 'subjectId', 'from', 'until'], {
  text: { name: 'q', sound: /^.{0,120}$/s },
  actorId: { name: 'who', sound: AN_ID },
  action: { name: 'kind', sound: /^[a-z_.]{1,120}$/ },
  subjectId: { name: 'record', sound: /^[\w:.-]{1,120}$/ },
  from: { name: 'from', sound: A_DAY },
  until: { name: 'until', sound: A_DAY },
})

/** The question for the server; days are the reader's own. */
export function queryOf({ text, actorId, action, subjectId, from, until }: Asked): AuditQuery {
  const [begin, end] = [startOf(from), startOf(until, 1)]
  return said({ q: text, actorId, action, subjectId, from: begin, to: end })
}
