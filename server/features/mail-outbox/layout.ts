// How a mail looks: one column of tables with inline styles, which every mail program can draw, and
// the same said in plain text. Whatever people wrote is text in it: never a tag, never a link.
import type { Language } from '#contract/shapes.ts'

/** What a mail says, ready to be sent. */
export interface Letter {
  subject: string
  html: string
  text: string
}

/** A name within a sentence. */
export interface Named {
  name: string
}
/** What must be copied letter by letter: nothing in it is changed, and it breaks nowhere. */
export interface Code {
  code: string
}
export type Part = string | Named | Code
export type Sentence = Part[]

export interface Draft {
  language: Language
  accountName: string
  accountColour: string
  subject: string
  title: Sentence
  paragraphs: Sentence[]
  button: { label: string; link: string }
  /** What leads to the link, should the button not show. */
  linkHint: string
  /** Why somebody gets this mail. */
  footer: Sentence
}

/** A sentence with names in it: say`${{ name }} invites you`. */
export function say(strings: TemplateStringsArray, ...names: Part[]): Sentence {
  return strings.flatMap((text, i) => {
    const name = names[i]
    return name === undefined ? [text] : [text, name]
  })
}

const NAME_MAX = 64
const POINTS_MAX = 4 * NAME_MAX

/** Somebody's words as one line of at most 64 characters, as people count them. */
export function oneLine(text: string): string {
  const plain = text.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ')
  const line = [...plain.trim()].slice(0, POINTS_MAX).join('')
  const characters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment)
  return characters.length <= NAME_MAX ? line : `${characters.slice(0, NAME_MAX - 1).join('')}…`
}

/** The name with unseen breaks where mail programs would make a link of it. */
function unlinked(name: string): string {
  return oneLine(name).replace(/(?<=\S)[.．。｡@＠](?=\S)|:\/\//gu, '\u200b$&\u200b')
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function asText(sentence: Sentence): string {
  return sentence
    .map((part) => {
      if (typeof part === 'string') return part
      return 'code' in part ? part.code : unlinked(part.name)
    })
    .join('')
}

function asHtml(sentence: Sentence): string {
  return sentence
    .map((part) => {
      if (typeof part === 'string') return escaped(part)
      if ('code' in part)
        return `<strong style="font-family:Consolas,Menlo,monospace;white-space:nowrap">${escaped(part.code)}</strong>`
      return `<strong style="font-weight:600"><bdi>${escaped(unlinked(part.name))}</bdi></strong>`
    })
    .join('')
}

/** The mail of a draft. Throws when its link is not one to a web page. */
export function layOut(draft: Draft): Letter {
  const link = new URL(draft.button.link)
  if (!['http:', 'https:'].includes(link.protocol))
    throw new Error('a mail links to web pages only')
  return {
    subject: draft.subject,
    html: htmlOf(draft, escaped(link.href)),
    text: textOf(draft, link.href),
  }
}

function textOf({ title, paragraphs, button, accountName, footer }: Draft, link: string): string {
  const said = [asText(title), ...paragraphs.map(asText), `${button.label}:\n${link}`]
  return `${said.join('\n\n')}\n\n-- \n${asText([{ name: accountName }])}\n${asText(footer)}\n`
}

const INK = '#1c2530'
const QUIET = '#5a6673'
const FONT = "font-family:'Segoe UI',system-ui,-apple-system,Roboto,Helvetica,Arial,sans-serif"
const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'

function htmlOf(draft: Draft, link: string): string {
  const { language, subject, paragraphs, button, linkHint } = draft
  const colour = colourOf(draft.accountColour)
  const account = asHtml([{ name: draft.accountName }])
  const paragraph = (sentence: Sentence) =>
    `<p style="margin:0 0 16px;font-size:16px;line-height:1.55">${asHtml(sentence)}</p>`
  return `<!doctype html>
<html lang="${language}"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escaped(subject)}</title></head>
<body style="margin:0;padding:0;background:#f2f4f6;color:${INK};${FONT}">
<table ${TABLE} width="100%" style="background:#f2f4f6"><tr><td align="center" style="padding:32px 16px">
<table ${TABLE} width="560" style="width:100%;max-width:560px;background:#ffffff;border:1px solid #dde3e8;border-radius:11px">
<tr><td bgcolor="${colour}" style="height:6px;line-height:6px;font-size:0;background:${colour};border-radius:10px 10px 0 0">&nbsp;</td></tr>
<tr><td style="padding:28px 32px 0;font-size:14px;color:${QUIET}">${account}</td></tr>
<tr><td style="padding:8px 32px 0"><h1 style="margin:0;font-size:24px;line-height:1.3;font-weight:600">${asHtml(draft.title)}</h1></td></tr>
<tr><td style="padding:18px 32px 0">${paragraphs.map(paragraph).join('\n')}</td></tr>
<tr><td style="padding:8px 32px 24px"><table ${TABLE}><tr><td bgcolor="${colour}" style="border-radius:7px;background:${colour}"><a href="${link}" style="display:inline-block;padding:13px 24px;font-size:16px;font-weight:600;line-height:1.2;color:${inkOn(colour)};text-decoration:none;border-radius:7px">${escaped(button.label)}</a></td></tr></table></td></tr>
<tr><td style="padding:18px 32px 28px;border-top:1px solid #e8ecf0;font-size:13px;line-height:1.5;color:${QUIET}">${escaped(linkHint)}<br><a href="${link}" style="color:${INK};word-break:break-all">${link}</a></td></tr>
</table>
<table ${TABLE} width="560" style="width:100%;max-width:560px"><tr><td style="padding:16px 32px;font-size:12px;line-height:1.5;color:${QUIET}">${asHtml(draft.footer)}</td></tr></table>
</td></tr></table>
</body></html>
`
}

const BRAND = '#0b7285'

function colourOf(colour: string): string {
  return /^#[0-9a-f]{6}$/.test(colour) ? colour : BRAND
}

/** White or near black, whichever is read better on the colour. */
function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.068 ? '#ffffff' : '#1c2530'
}
