// The mailbox as pages: plain HTML, no script. A mail is shown in a frame that can do nothing but
// follow its links.
import { createHash } from 'node:crypto'
import type { MailInBox, SmsInBox } from '#contract/mailbox.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --line: color-mix(in srgb, currentColor 16%, transparent);
  --quiet: color-mix(in srgb, currentColor 65%, transparent);
  --accent: light-dark(#0b7285, #4fc3d4);
  --tint: color-mix(in srgb, var(--accent) 10%, Canvas) }
* { box-sizing: border-box }
body { margin: 0; min-height: 100dvh; background: Canvas; color: CanvasText;
  display: grid; grid-template-columns: minmax(18rem, 26rem) 1fr }
nav { border-right: 1px solid var(--line); overflow: auto; max-height: 100dvh }
header { padding: 20px 20px 12px }
h1 { font-size: 1.15rem; margin: 0 } h2 { font-size: 1.1rem; margin: 0 }
p { margin: 4px 0 0; color: var(--quiet); font-size: .87rem }
ol { list-style: none; margin: 0; padding: 0 }
li a { display: block; padding: 12px 20px; border-top: 1px solid var(--line); color: inherit; text-decoration: none }
li a:hover { background: color-mix(in srgb, currentColor 5%, Canvas) }
li a:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px }
li a[aria-current] { background: var(--tint); box-shadow: inset 3px 0 var(--accent) }
li b { display: block; font-weight: 600; overflow-wrap: anywhere }
li :is(span, time) { display: block; color: var(--quiet); font-size: .87rem; overflow-wrap: anywhere }
main { display: flex; flex-direction: column; min-width: 0; max-height: 100dvh }
main header { border-bottom: 1px solid var(--line) }
iframe { flex: 1; width: 100%; border: 0; min-height: 24rem; background: white; color-scheme: light }
.empty { margin: auto; padding: 40px; text-align: center; max-width: 30rem }
@media (max-width: 760px) {
  body { grid-template-columns: 1fr } nav { border-right: 0; max-height: none }
  main { max-height: none; border-top: 1px solid var(--line) } iframe { min-height: 70dvh }
}`

const HASH = createHash('sha256').update(STYLE).digest('base64')

/** What the mailbox's own page may do: its one style, and a frame of ours. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`

/** What a mail may do in its frame: look as it looks, and lead the whole window where its links lead. */
export const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation allow-popups"

/** The list, the newest first, with one mail open beside it. */
export function mailboxPage(mails: readonly MailInBox[], open: MailInBox | undefined): string {
  // Somebody waits here for a mail: until there is one to read, the page looks again by itself.
  const again = open ? '' : '<meta http-equiv="refresh" content="3">'
  const list = mails.map((mail) => line(mail, mail.id === open?.id)).join('')
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">${again}<title>Mailbox · Switchboard</title>
<style>${STYLE}</style>
<nav aria-label="Mails"><header><h1>Mailbox</h1>
<p>No mail server is set, so mail comes here. Set SMTP_URL to send it.</p></header><ol>${list}</ol></nav>
<main>${open ? reader(open) : empty(mails.length)}</main></html>`
}

function line({ id, subject, toEmail, at }: MailInBox, isOpen: boolean): string {
  const current = isOpen ? ' aria-current="true"' : ''
  return `<li><a href="/dev/mail?open=${id}"${current}><b>${plain(subject)}</b>
<span>To ${plain(toEmail)}</span><time datetime="${at}">${when(at)}</time></a></li>`
}

function reader({ id, subject, toName, toEmail, at }: MailInBox): string {
  const to = toName === '' ? toEmail : `${toName} <${toEmail}>`
  return `<header><h2>${plain(subject)}</h2><p>To ${plain(to)} · ${when(at)}</p></header>
<iframe src="/dev/mail/${id}" title="${plain(subject)}" sandbox="allow-top-navigation-by-user-activation allow-popups"></iframe>`
}

function empty(count: number): string {
  const [title, hint] =
    count === 0
      ? ['No mail yet', 'Invite somebody under People: the invitation appears here.']
      : ['Choose a mail', 'Its links work as they would in a mail program.']
  return `<div class="empty"><h2>${title}</h2><p>${hint}</p></div>`
}

/** A message to a mobile, to be read beside the mails. */
export function smsAsMail({ id, at, toMobile, text }: SmsInBox): MailInBox {
  const html = `<p style="margin:24px;font:16px/1.5 system-ui,sans-serif">${plain(text)}</p>`
  return { id, at, toEmail: toMobile, toName: '', subject: `SMS: ${text}`, html, text }
}

/** The mail itself; its links replace the whole window, not the frame. */
export function framedMail({ html }: MailInBox): string {
  const base = '<base target="_top">'
  return html.includes('<head>') ? html.replace('<head>', `<head>${base}`) : `${base}${html}`
}

function when(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
}

function plain(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
