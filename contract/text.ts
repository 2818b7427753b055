// What people write: names of one line, messages of many. The same checks run while typing and
// again on the server. The form that is stored is NFC; a name's skeleton is what must be unique.
import { MESSAGE_MAX } from './chats.ts'
import { NAME_MAX } from './shapes.ts'

export type MessageProblem = 'empty' | 'too_long' | 'control' | 'malformed'
export type NameProblem = MessageProblem | 'not_one_line' | 'invisible' | 'direction' | 'marks'

/** The most bytes of one message in UTF-8. */
export const MESSAGE_MAX_BYTES = 16_384
/** The most combining marks on one letter; more is ink over the neighbouring lines. */
const MARKS_MAX = 8

const BLANK = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{M}\p{Cc}\u2800]/gu
const LINE_BREAK = /[\n\r\u2028\u2029]/u
const CONTROL = /\p{Cc}/u
const CONTROL_IN_MESSAGE = /[^\P{Cc}\n\t]/u
const DIRECTION = /\p{Bidi_Control}/u
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/u
const NOT_A_CHARACTER = /[\p{Noncharacter_Code_Point}\p{Co}]/u

// Where an invisible character is part of the spelling, and so is allowed in a name: inside emoji,
// and as a joiner between the letters of scripts that join (Persian, Sinhala and others need it).
const EMOJI =
  /\p{Extended_Pictographic}\p{Emoji_Modifier}?[\ufe0e\ufe0f]?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?[\ufe0e\ufe0f]?)*|[0-9#*]\ufe0f\u20e3/gu
const SUBDIVISION_FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu
const JOINING =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}' +
  '\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}'
const JOINER = new RegExp(
  `(?<=[[${JOINING}]&&[\\p{L}\\p{M}]])[\\u200c\\u200d](?=[[${JOINING}]&&[\\p{L}\\p{M}]])`,
  'gv',
)

/** The name as it is stored: NFC, without spaces around it. */
export function cleanName(text: string): string {
  return text
    .normalize('NFC')
    .replace(/^\p{Zs}+/u, '')
    .replace(/\p{Zs}+$/u, '')
}

/** Why the text cannot be a name of at most `max` code points; null when it can. */
export function nameProblem(text: string, max = NAME_MAX): NameProblem | null {
  // Nothing below is worth doing to a text that is far too long: marks may halve it, no more.
  if (text.length > max * 8) return 'too_long'
  if (!text.isWellFormed()) return 'malformed'
  const name = cleanName(text)
  if (isBlank(name)) return 'empty'
  if ([...name].length > max) return 'too_long'
  if (LINE_BREAK.test(name)) return 'not_one_line'
  return characterProblem(name)
}

function characterProblem(name: string): NameProblem | null {
  if (CONTROL.test(name)) return 'control'
  if (NOT_A_CHARACTER.test(name)) return 'malformed'
  if (DIRECTION.test(name)) return 'direction'
  const plain = name.replace(SUBDIVISION_FLAG, '').replace(EMOJI, '').replace(JOINER, '')
  if (INVISIBLE.test(plain)) return 'invisible'
  return withFewMarks(name) === name ? null : 'marks'
}

/**
 * The message as it is stored: NFC, lines ended by \n alone, and no more than eight combining marks
 * on a letter.
 */
export function cleanMessage(text: string): string {
  return withFewMarks(text.normalize('NFC').replace(/\r\n?|[\u2028\u2029]/gu, '\n'))
}

/** Why the text cannot be a message; null when it can. Direction and joiners are allowed: they are rendered isolated. */
export function messageProblem(text: string, max = MESSAGE_MAX): MessageProblem | null {
  if (text.length > MESSAGE_MAX_BYTES * 2) return 'too_long'
  if (!text.isWellFormed()) return 'malformed'
  const message = cleanMessage(text)
  if (CONTROL_IN_MESSAGE.test(message)) return 'control'
  if (isBlank(message)) return 'empty'
  if ([...message].length > max || bytesOf(message) > MESSAGE_MAX_BYTES) return 'too_long'
  return null
}

function isBlank(text: string): boolean {
  return text.replace(BLANK, '') === ''
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

const MARK = /\p{M}/u
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u

/** The text without the marks beyond the eighth of a letter. Characters that do not show do not start a new letter. */
function withFewMarks(text: string): string {
  if (!MARK.test(text)) return text
  let marks = 0
  let kept = ''
  for (const character of text) {
    if (MARK.test(character)) marks += 1
    else if (!IGNORABLE.test(character)) marks = 0
    if (marks <= MARKS_MAX || !MARK.test(character)) kept += character
  }
  return kept
}

// Letters that look like a Latin one, in pairs. A Greek or Cyrillic letter goes by its capital, for
// names are the same in either case: Ν and ν are both n.
const LOOKS_LIKE = new Map(
  [
    'аaвbсcԁdеeһhіiјjкkӏlмmнhоoрpԛqѕsтtуyѵvԝwхxүy', // Cyrillic
    'αaβbεeζzηhιiκkμmνnοoρpτtυyχx', // Greek
    'օoսuհhոnցgզqյj', // Armenian
    'ıiɑaɡgɩiʟlᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢz0o1l|l', // Latin and digits
    "‐-‑-‒-–-—-−-’'‘'ʼ'ʻ'′'`'´'“\"”\"", // dashes and quotes
  ].flatMap((pairs) => pairs.match(/../gsu)?.map((pair) => splitPair(pair)) ?? []),
)

function splitPair(pair: string): [string, string] {
  const [from = '', to = ''] = pair
  return [from, to]
}

/**
 * What two names share when a reader may take one for the other: case, width, invisible characters,
 * spaces, and letters of another script that look the same do not count. For comparing only.
 */
export function skeleton(text: string): string {
  const folded = fold(text)
  const alike = Array.from(folded, (character) => LOOKS_LIKE.get(character) ?? character).join('')
  return alike
    .normalize('NFC')
    .replace(/[\p{White_Space}\u2800]+/gu, ' ')
    .trim()
}

function fold(text: string): string {
  const wide = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  // Up and down again: the nearest to case folding (ß and ss, the two sigmas, the Turkish i).
  return wide
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFKD')
    .replaceAll('i\u0307', 'i')
}
