// What the postman must know of a mail, and nothing more: whose mail it is, its own feature says.
import type { Ctx, Tx } from '../../platform/context.ts'
import type { Letter } from './layout.ts'
import type { Outgoing } from './queries.ts'

/** A kind of mail: how it is written when its time has come, and who wants to know what became of it. */
export interface MailKind {
  /** Undefined: what it was about is over; it is not sent. */
  compose(ctx: Ctx, mail: Outgoing): Promise<Letter | undefined>
  sent?(tx: Tx, mail: Outgoing): Promise<void>
  failed?(tx: Tx, mail: Outgoing, error: string): Promise<void>
}
