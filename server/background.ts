// What every server does beside answering: the mail goes out, invitations run out.
import { expireInvitations } from './features/invites/actions.ts'
import { invitationMails } from './features/invites/mail.ts'
import { startPostman } from './features/mail-outbox/worker.ts'
import type { Browser, Ctx } from './platform/context.ts'
import { openMailer } from './platform/mail.ts'

export interface PostSettings {
  /** Undefined: mail goes into the mailbox. */
  smtpUrl: string | undefined
  mailFrom: string
}

const SWEEP_MS = 15_000

/** Nobody's browser: what is done here, nobody asked for at this moment. */
const NOBODY: Browser = {
  ip: '',
  host: '',
  userAgent: '',
  deviceToken: undefined,
  keepSession() {},
  dropSession() {},
  keepDevice() {},
}

/** Begins at once; stopping waits for what is under way. */
export function openPost(
  parts: Omit<Ctx, 'browser' | 'requestId'>,
  { smtpUrl, mailFrom: from }: PostSettings,
): { stop(): Promise<void> } {
  const ctx: Ctx = { ...parts, browser: NOBODY, requestId: 'post' }
  const mailer = smtpUrl === undefined ? undefined : openMailer({ smtpUrl, from })
  const postman = startPostman({ ctx, kinds: invitationMails, mailer })
  let sweeping = Promise.resolve()
  const sweep = async () => {
    const count = await expireInvitations(ctx, ctx.now())
    if (count > 0) ctx.log.info({ event: 'invitation.expired', count })
  }
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep).catch((err: unknown) => {
      ctx.log.error({ event: 'background.broke', err })
    })
  }, SWEEP_MS)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all([postman.stop(), sweeping])
    },
  }
}
