// What a kind of message to a mobile is: whose it is, its own feature says.
import type { Ctx } from '../../platform/context.ts'
import type { Outgoing } from './queries.ts'

/** What a kind of message says when its time has come; undefined: what it was about is over. */
export type SmsKind = (ctx: Ctx, sms: Outgoing) => Promise<string | undefined>
