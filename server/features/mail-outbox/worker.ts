// The postman: takes due mails one by one, on every server; a claim keeps two from taking the same.
//
// A mail goes out before its row can say so. A server that dies in between leaves a claim behind
// that runs out, and the mail goes out a second time, under the same Message-ID.
import { actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { type Mail, MailError, type Mailer } from '../../platform/mail.ts'
import { write } from '../../platform/write.ts'
import type { MailKind } from './kinds.ts'
import type { Letter } from './layout.ts'
import * as outbox from './queries.ts'
import { isGivenUp, pauseSeconds } from './rules.ts'

export interface Post {
  ctx: Ctx
  /** By template. */
  kinds: Readonly<Record<string, MailKind>>
  /** Undefined: there is no mail server; mails go into the mailbox. */
  mailer: Mailer | undefined
}

const LOOK_EVERY_MS = 500
/** Longer than one mail's time-outs together. */
const CLAIM_MS = 180_000

/** Looks for due mails until it is stopped; stopping waits for the mail that is on its way. */
export function startPostman(post: Post): { stop(): Promise<void> } {
  let isStopped = false
  let wake: (() => void) | undefined
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const work = async () => {
    while (!isStopped) {
      const isDone = await deliverNext(post).catch((error: unknown) => {
        post.ctx.log.error({ event: 'mail.broke', err: error })
        return false
      })
      if (!isDone && !isStopped) await rest()
    }
  }
  const working = work()
  return {
    async stop() {
      isStopped = true
      wake?.()
      await working
    },
  }
}

/** Sends one due mail, or notes why it did not go; false when none was due. */
export async function deliverNext(post: Post): Promise<boolean> {
  const { ctx } = post
  const now = ctx.now()
  const until = new Date(now.getTime() + CLAIM_MS).toISOString()
  const mail = await outbox.claim(ctx.db, now.toISOString(), until)
  if (!mail) return false
  const kind = post.kinds[mail.template]
  try {
    // A kind that only a newer server knows is left for it.
    if (!kind) throw new Error(`no mail is called ${mail.template}`)
    const letter = await kind.compose(ctx, mail)
    if (!letter) return await drop(ctx, mail)
    await deliver(post, mail, letter)
  } catch (error) {
    await settleFailure(ctx, mail, kind, error)
    return true
  }
  await record(ctx, mail, 'mail.sent', async (tx) => {
    await outbox.markSent(tx.db, mail.id, tx.now().toISOString())
    await kind?.sent?.(tx, mail)
  })
  return true
}

async function deliver(
  { ctx, mailer }: Post,
  mail: outbox.Outgoing,
  letter: Letter,
): Promise<void> {
  const { id, toEmail, toName } = mail
  if (mailer) {
    const sending: Mail = { id, to: { name: toName, address: toEmail }, ...letter }
    return mailer.send(sending)
  }
  const at = ctx.now().toISOString()
  await outbox.insertIntoBox(ctx.db, { id, at, toEmail, toName, ...letter })
}

async function drop(ctx: Ctx, mail: outbox.Outgoing): Promise<true> {
  await outbox.markFailed(ctx.db, mail.id, ctx.now().toISOString(), 'no longer wanted')
  return true
}

async function settleFailure(
  ctx: Ctx,
  mail: outbox.Outgoing,
  kind: MailKind | undefined,
  error: unknown,
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error)
  const now = ctx.now()
  const isFinal = error instanceof MailError && error.kind === 'permanent'
  if (!isFinal && !isGivenUp(mail.createdAt, now)) {
    const seconds = pauseSeconds(mail.tries, Math.random())
    ctx.log.warn({ event: 'mail.delayed', mailId: mail.id, seconds, reason })
    const again = new Date(now.getTime() + seconds * 1000).toISOString()
    return outbox.putBack(ctx.db, mail.id, again, reason)
  }
  ctx.log.warn({ event: 'mail.failed', mailId: mail.id, reason })
  await record(ctx, mail, 'mail.fail', async (tx) => {
    await outbox.markFailed(tx.db, mail.id, now.toISOString(), reason)
    await kind?.failed?.(tx, mail, reason)
  })
}

function record(
  ctx: Ctx,
  mail: outbox.Outgoing,
  action: string,
  work: (tx: Tx) => Promise<void>,
): Promise<void> {
  return write(actingIn(ctx, mail.organisationId, null), action, work)
}
