// What every server does beside answering: the mail goes out, invitations run out, old traces go.
import { expireEmailChanges } from './features/contact/email-actions.ts'
import { contactMails, contactSms } from './features/contact/post.ts'
import { forgetImports } from './features/imports/actions.ts'
import { expireInvitations } from './features/invites/again-actions.ts'
import { invitationMails } from './features/invites/mail.ts'
import { startPostman } from './features/mail-outbox/worker.ts'
import { notificationMails, notificationSms } from './features/notifications/post.ts'
import { eraseDue } from './features/people/erase.ts'
import { securityMails } from './features/security/mail.ts'
import { answerForgotten } from './features/security/reset-actions.ts'
import { forgetOldTraces } from './features/security/upkeep.ts'
import { noticeTwoPlaces } from './features/sign-in/two-places.ts'
import { boxAdapter } from './features/sms-outbox/actions.ts'
import { sendDue } from './features/sms-outbox/worker.ts'
import type { Browser, Ctx } from './platform/context.ts'
import { openMailer } from './platform/mail.ts'

export interface PostSettings {
  /** Undefined: mail goes into the mailbox. */
  smtpUrl: string | undefined
  mailFrom: string
}

const SECOND = 1_000
const SWEEP_MS = 15_000
const UPKEEP_MS = 600_000

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
  const postman = startPostman({
    ctx,
    kinds: { ...invitationMails, ...securityMails, ...contactMails, ...notificationMails },
    mailer,
  })
  const sms = boxAdapter(ctx)
  const smsKinds = { ...contactSms, ...notificationSms }
  const loops = [
    every(ctx, SECOND, 'sms.taken_up', () => sendDue(ctx, smsKinds, sms)),
    every(ctx, SWEEP_MS, 'email_change.expired', () => expireEmailChanges(ctx)),
    every(ctx, SWEEP_MS, 'invitation.expired', () => expireInvitations(ctx, ctx.now())),
    every(ctx, SECOND, 'password.forgotten', () => answerForgotten(ctx)),
    every(ctx, SWEEP_MS, 'user.in_two_places', () => noticeTwoPlaces(ctx)),
    every(ctx, UPKEEP_MS, 'traces.forgotten', () => forgetOldTraces(ctx)),
    every(ctx, UPKEEP_MS, 'import.forgotten', () => forgetImports(ctx, ctx.now())),
    every(ctx, UPKEEP_MS, 'person.erased', () => eraseDue(ctx, ctx.now())),
  ]
  return {
    async stop() {
      await Promise.all([postman.stop(), ...loops.map((loop) => loop.stop())])
    },
  }
}

/** Does the work over and over, one after the other; logs how many it did something for. */
function every(
  { log }: Ctx,
  ms: number,
  event: string,
  work: () => Promise<number>,
): { stop(): Promise<void> } {
  let working: Promise<void> | undefined
  const once = async () => {
    try {
      const count = await work()
      if (count > 0) log.info({ event, count })
    } catch (err) {
      log.error({ event: 'background.broke', err })
    }
    working = undefined
  }
  const timer = setInterval(() => {
    working ??= once()
  }, ms)
  return {
    async stop() {
      clearInterval(timer)
      await working
    },
  }
}
