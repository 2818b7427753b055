// Sending one mail to one person over SMTP. Nothing that a person wrote can add a recipient, a
// header or a file: the address is checked, the envelope is ours, and text stays on its line.
import { createTransport } from 'nodemailer'
import { emailProblem } from '#contract/email.ts'

export interface Mail {
  to: { name: string; address: string }
  subject: string
  html: string
  text: string
  /** The same for every try of the same mail, so that a second copy can be known as one. Letters, digits, dashes. */
  id?: string
}

export interface Mailer {
  /** Throws MailError. */
  send(mail: Mail): Promise<void>
  /** Connects and signs in without sending. Throws MailError. */
  verify(): Promise<void>
}

/** Why a mail did not go. `permanent`: trying again will not help. */
export class MailError extends Error {
  readonly kind: 'permanent' | 'temporary'

  constructor(kind: 'permanent' | 'temporary', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** In milliseconds. */
const TIMEOUTS = {
  dnsTimeout: 5000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
}
const LINE_MAX = 200

export interface MailerOptions {
  smtpUrl: string
  from: string
  timeouts?: typeof TIMEOUTS
}

/**
 * Opens nothing yet: every mail has its own connection. `smtpUrl` is smtp:// or smtps:// with user
 * and password, `from` an address or `Name <address>`. Throws when `from` is no address.
 */
export function openMailer({ smtpUrl, from, timeouts = TIMEOUTS }: MailerOptions): Mailer {
  const sender = parseSender(from)
  const transport = createTransport({
    url: smtpUrl,
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
    maxRecipients: 1,
  })
  return {
    send: async (mail) => {
      checkRecipient(mail.to.address)
      await classified(transport.sendMail(messageOf(sender, mail)))
    },
    verify: async () => {
      await classified(transport.verify())
    },
  }
}

interface Sender {
  name: string
  address: string
}

function messageOf(sender: Sender, { to, subject, html, text, id }: Mail) {
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1)
  return {
    from: sender,
    to: [{ name: oneLine(to.name), address: to.address }],
    envelope: { from: sender.address, to: [to.address] },
    subject: oneLine(subject),
    html,
    text,
    ...(id !== undefined && { messageId: `<${id.replace(/[^A-Za-z0-9.-]/g, '')}@${domain}>` }),
    // Out-of-office replies to a machine help nobody.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  }
}

function parseSender(from: string): Sender {
  const named = /^(?<name>[^<>]*)<(?<address>[^<>]+)>$/.exec(from.trim())?.groups
  const sender = {
    name: oneLine(named?.['name'] ?? ''),
    address: named?.['address'] ?? from.trim(),
  }
  if (emailProblem(sender.address) !== null) throw new Error(`not an address to send from: ${from}`)
  return sender
}

function checkRecipient(address: string): void {
  const problem = emailProblem(address)
  if (problem !== null) throw new MailError('permanent', `not an e-mail address: ${problem}`)
}

/** Header text: no control or direction characters, no line ends, and not endless. */
function oneLine(text: string): string {
  const line = text.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ')
  return [...line.trim()].slice(0, LINE_MAX).join('')
}

async function classified(sending: Promise<unknown>): Promise<void> {
  try {
    await sending
  } catch (error) {
    throw new MailError(kindOf(error), oneLine(messageOfError(error)), { cause: error })
  }
}

const ABOUT_THIS_MAIL = ['EENVELOPE', 'EMESSAGE']

// A 5xx to the address or the mail is final. A 5xx to the greeting or the sign-in is about us: the
// mail is still good once the setting is.
function kindOf(error: unknown): 'permanent' | 'temporary' {
  const { code, responseCode } = detailsOf(error)
  const isFinal = responseCode !== undefined && responseCode >= 500 && responseCode !== 503
  return isFinal && ABOUT_THIS_MAIL.includes(code ?? '') ? 'permanent' : 'temporary'
}

function detailsOf(error: unknown): { code?: string; responseCode?: number } {
  const has = typeof error === 'object' && error !== null ? error : {}
  return {
    ...('code' in has && typeof has.code === 'string' && { code: has.code }),
    ...('responseCode' in has &&
      typeof has.responseCode === 'number' && { responseCode: has.responseCode }),
  }
}

function messageOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
