// The settings, read once from the environment. Every problem is listed at once.
import { resolve } from 'node:path'
import { emailProblem } from '#contract/email.ts'
import { rangeProblem } from './client-ip.ts'

export interface Config {
  port: number
  /** True when PORT was given: then no other port is tried. */
  isPortFixed: boolean
  host: string
  dataDir: string
  /** Undefined: the embedded PostgreSQL in dataDir. */
  databaseUrl: string | undefined
  redisUrl: string | undefined
  /** Undefined: mail goes into the mailbox page. */
  smtpUrl: string | undefined
  mailFrom: string
  /** What browsers call this server; undefined: http://localhost:<port>. */
  publicOrigin: string | undefined
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  /** Signs the links in mails; undefined: kept in a file of dataDir. */
  secretKey: string | undefined
  nodeName: string
  /** So many times the usual number of new visitors and chats is let in from an address and a site. */
  visitorAllowance: number
  /** The port of the loopback where the metrics are; undefined: nowhere. */
  metricsPort: number | undefined
  logLevel: string
}

export class ConfigProblems extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The settings do not fit:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type Env = Readonly<Record<string, string | undefined>>

interface Setting {
  fits(text: string): boolean
  /** How a problem goes on after the name: "PORT must be ...". */
  must: string
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const anything: Setting = { fits: () => true, must: 'be text' }

/** Every variable that is read. `.env.example` explains each; a test holds the two together. */
export const SETTINGS = {
  PORT: {
    fits: (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    must: 'be a whole number from 0 to 65535',
  },
  HOST: anything,
  DATA_DIR: anything,
  DATABASE_URL: {
    fits: (text) => isUrl(text, ['postgres:', 'postgresql:']),
    must: 'begin with postgres://',
  },
  REDIS_URL: { fits: (text) => isUrl(text, ['redis:', 'rediss:']), must: 'begin with redis://' },
  SMTP_URL: {
    fits: (text) => isUrl(text, ['smtp:', 'smtps:']),
    must: 'begin with smtp:// or smtps://',
  },
  MAIL_FROM: { fits: (text) => emailProblem(text) === null, must: 'be an e-mail address' },
  PUBLIC_ORIGIN: {
    fits: (text) => isUrl(text, ['http:', 'https:']) && new URL(text).origin === text,
    must: 'be an origin such as https://chat.example.org, without a path',
  },
  TRUSTED_PROXIES: {
    fits: (text) => listOf(text).every((range) => rangeProblem(range) === null),
    must: 'be a list of addresses or ranges, with commas between them, and not everybody',
  },
  SECRET_KEY: { fits: (text) => text.length >= 32, must: 'have 32 characters or more' },
  NODE_NAME: anything,
  VISITOR_ALLOWANCE: {
    fits: (text) => /^[1-9]\d{0,5}$/.test(text),
    must: 'be a whole number from 1 to 999999',
  },
  METRICS_PORT: {
    fits: (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    must: 'be a whole number from 0 to 65535',
  },
  LOG_LEVEL: {
    fits: (text) => LOG_LEVELS.includes(text),
    must: `be one of ${LOG_LEVELS.join(', ')}`,
  },
} as const satisfies Record<string, Setting>

/** Reads the settings. Throws ConfigProblems that names every variable that does not fit. */
export function readConfig(env: Env): Config {
  const text = (name: keyof typeof SETTINGS) => env[name]?.trim() || undefined
  const problems = (Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]).flatMap((name) => {
    const given = text(name)
    const { fits, must }: Setting = SETTINGS[name]
    return given === undefined || fits(given) ? [] : [`${name} must ${must}`]
  })
  if (problems.length > 0) throw new ConfigProblems(problems)
  return Object.freeze({
    port: Number(text('PORT') ?? 3000),
    isPortFixed: text('PORT') !== undefined,
    host: text('HOST') ?? '127.0.0.1',
    dataDir: resolve(text('DATA_DIR') ?? '.data'),
    databaseUrl: text('DATABASE_URL'),
    redisUrl: text('REDIS_URL'),
    smtpUrl: text('SMTP_URL'),
    mailFrom: text('MAIL_FROM') ?? 'switchboard@localhost.localdomain',
    publicOrigin: text('PUBLIC_ORIGIN'),
    trustedProxies: listOf(text('TRUSTED_PROXIES') ?? ''),
    secretKey: text('SECRET_KEY'),
    nodeName: text('NODE_NAME') ?? 'node-1',
    visitorAllowance: Number(text('VISITOR_ALLOWANCE') ?? 1),
    metricsPort: numberIn(text('METRICS_PORT')),
    // Whoever tries it on the embedded database wants to read the printed page, not every request.
    logLevel: text('LOG_LEVEL') ?? (text('DATABASE_URL') ? 'info' : 'warn'),
  })
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}
