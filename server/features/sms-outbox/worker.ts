// Sends messages to mobiles, on every server; a lock keeps two from taking the same.
import type { Ctx } from '../../platform/context.ts'
import type { SmsAdapter } from '../../platform/sms.ts'
import type { SmsKind } from './kinds.ts'
import * as outbox from './queries.ts'
import { nextTryAt } from './rules.ts'

const AT_ONCE = 20

/** Sends what is due; answers how many were taken up. */
export async function sendDue(
  ctx: Ctx,
  kinds: Readonly<Record<string, SmsKind>>,
  adapter: SmsAdapter,
): Promise<number> {
  let count = 0
  while (count < AT_ONCE && (await sendOne(ctx, kinds, adapter))) count += 1
  return count
}

function sendOne(
  ctx: Ctx,
  kinds: Readonly<Record<string, SmsKind>>,
  adapter: SmsAdapter,
): Promise<boolean> {
  return outbox.sendNext(ctx.database, ctx.now().toISOString(), (sms) =>
    send(ctx, kinds[sms.kind], adapter, sms).then(
      () => undefined,
      (error: unknown) => afterFailure(ctx, sms, error),
    ),
  )
}

async function send(
  ctx: Ctx,
  kind: SmsKind | undefined,
  adapter: SmsAdapter,
  sms: outbox.Outgoing,
): Promise<void> {
  // A kind that only a newer server knows is left for it.
  if (!kind) throw new Error(`no message is called ${sms.kind}`)
  const text = await kind(ctx, sms)
  const { id, userId, toMobile: to } = sms
  if (text !== undefined) await adapter.send({ id, userId, to, text })
}

function afterFailure({ log, now }: Ctx, sms: outbox.Outgoing, err: unknown) {
  const againAt = nextTryAt(sms, now())
  log.warn({ event: againAt === undefined ? 'sms.failed' : 'sms.delayed', smsId: sms.id, err })
  return againAt === undefined ? undefined : { againAt }
}
