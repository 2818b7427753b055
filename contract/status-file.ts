// The status ledger as a file: every interval of every day a line, in English or Dutch.
import type { ChatKind, Language } from './shapes.ts'
import type { LedgerStatus, StatusCause } from './statuses.ts'

const COLUMNS = [
  'operator',
  'login',
  'day',
  'timeZone',
  'from',
  'to',
  'seconds',
  'status',
  'reason',
  'chats',
  'cause',
  'actor',
  'isPaid',
] as const
type Column = (typeof COLUMNS)[number]

type Words<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>

const COLUMN_WORDS: Words<Column> = {
  en: {
    operator: 'Operator',
    login: 'Login',
    day: 'Day',
    timeZone: 'Time zone',
    from: 'From',
    to: 'To',
    seconds: 'Seconds',
    status: 'Status',
    reason: 'Reason',
    chats: 'Only for',
    cause: 'Because',
    actor: 'By',
    isPaid: 'Paid',
  },
  nl: {
    operator: 'Medewerker',
    login: 'Gebruikersnaam',
    day: 'Dag',
    timeZone: 'Tijdzone',
    from: 'Van',
    to: 'Tot',
    seconds: 'Seconden',
    status: 'Status',
    reason: 'Reden',
    chats: 'Alleen voor',
    cause: 'Waardoor',
    actor: 'Door',
    isPaid: 'Betaald',
  },
}

const STATUS_WORDS: Words<LedgerStatus> = {
  en: {
    available: 'Available',
    busy: 'Busy',
    finishing: 'Finishing',
    away: 'Away',
    not_answering: 'Not answering',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
  },
  nl: {
    available: 'Beschikbaar',
    busy: 'Bezet',
    finishing: 'Afmaken',
    away: 'Afwezig',
    not_answering: 'Neemt niet op',
    reconnecting: 'Verbindt opnieuw',
    offline: 'Offline',
  },
}

const CAUSE_WORDS: Words<StatusCause> = {
  en: {
    before: 'Nothing is kept from before',
    began: 'Became an operator',
    chosen: 'Chosen',
    connected: 'Connected',
    connection_lost: 'The last connection broke',
    grace_over: 'Was not back in time',
    missed_offers: 'Missed several chats in a row',
    answered: 'Answers again',
    suspended: 'Taken off the floor',
    restored: 'Back on the floor',
    removed: 'Was an operator no more',
    finished: 'The last chat was done',
    idle: 'No key or pointer for a while',
  },
  nl: {
    before: 'Van daarvoor is niets bewaard',
    began: 'Werd medewerker',
    chosen: 'Gekozen',
    connected: 'Verbonden',
    connection_lost: 'De laatste verbinding werd verbroken',
    grace_over: 'Was niet op tijd terug',
    missed_offers: 'Miste meerdere chats achter elkaar',
    answered: 'Antwoordt weer',
    suspended: 'Van de vloer gehaald',
    restored: 'Terug op de vloer',
    removed: 'Was geen medewerker meer',
    finished: 'De laatste chat was klaar',
    idle: 'Een tijd geen toets of muis',
  },
}

const KIND_WORDS: Words<ChatKind | 'handed'> = {
  en: { live: 'Live chats', deferred: 'Deferred chats', handed: 'What is handed over' },
  nl: { live: 'Live chats', deferred: 'Uitgestelde chats', handed: 'Wat wordt doorverbonden' },
}

const YES_NO = { en: ['Yes', 'No'], nl: ['Ja', 'Nee'] } as const

/** An interval of one operator, cut at the ends of a day and at whole seconds. */
export interface LedgerLine {
  operator: string
  login: string
  day: string
  timeZone: string
  /** By the clock on the wall of that time zone: `2026-11-21 09:00:00`. */
  from: string
  to: string
  seconds: number
  status: LedgerStatus
  reason: string | null
  accepts: ChatKind[] | null
  cause: StatusCause
  actor: string | null
  isPaid: boolean
}

/** What the file's first line says. */
export function ledgerHead(language: Language): string[] {
  return COLUMNS.map((column) => COLUMN_WORDS[language][column])
}

/** An interval as a line of the file. */
export function ledgerCells(line: LedgerLine, language: Language): string[] {
  const [yes, no] = YES_NO[language]
  const cells: Record<Column, string> = {
    ...line,
    seconds: String(line.seconds),
    status: STATUS_WORDS[language][line.status],
    reason: line.reason ?? '',
    chats: line.accepts === null ? '' : KIND_WORDS[language][line.accepts[0] ?? 'handed'],
    cause: CAUSE_WORDS[language][line.cause],
    actor: line.actor ?? '',
    isPaid: line.isPaid ? yes : no,
  }
  return COLUMNS.map((column) => cells[column])
}
