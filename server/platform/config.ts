// The settings, read once from the environment. Every problem is listed at once.
import { resolve } from 'node:path'

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
  logLevel: string
}

export class ConfigProblems extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The settings do not fit:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

type Env = Readonly<Record<string, string | undefined>>

/** Reads the settings. Throws ConfigProblems that names every variable that does not fit. */
export function readConfig(env: Env): Config {
  const problems: string[] = []
  const text = (name: string) => env[name]?.trim() || undefined
  const must = (fits: boolean, problem: string) => {
    if (!fits) problems.push(problem)
  }
  const portText = text('PORT')
  must(portText === undefined || isPort(portText), 'PORT must be a whole number from 0 to 65535')
  const databaseUrl = text('DATABASE_URL')
  must(isUrl(databaseUrl, ['postgres:', 'postgresql:']), 'DATABASE_URL must begin with postgres://')
  const redisUrl = text('REDIS_URL')
  must(isUrl(redisUrl, ['redis:', 'rediss:']), 'REDIS_URL must begin with redis://')
  const smtpUrl = text('SMTP_URL')
  must(isUrl(smtpUrl, ['smtp:', 'smtps:']), 'SMTP_URL must begin with smtp:// or smtps://')
  const publicOrigin = text('PUBLIC_ORIGIN')
  must(isOrigin(publicOrigin), 'PUBLIC_ORIGIN must be an origin such as https://chat.example.org')
  const secretKey = text('SECRET_KEY')
  must(secretKey === undefined || secretKey.length >= 32, 'SECRET_KEY must have 32 characters or more')
  const logLevel = text('LOG_LEVEL') ?? 'info'
  must(LOG_LEVELS.includes(logLevel), `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`)
  const trustedProxies = (text('TRUSTED_PROXIES') ?? '').split(',').filter((one) => one !== '')
  must(!trustedProxies.some(trustsAll), 'TRUSTED_PROXIES must name addresses, not everybody')
  const allowance = text('VISITOR_ALLOWANCE') ?? '1'
  must(/^[1-9]\d{0,5}$/.test(allowance), 'VISITOR_ALLOWANCE must be a whole number from 1 to 999999')
  if (problems.length > 0) throw new ConfigProblems(problems)
  return Object.freeze({
    port: portText === undefined ? 3000 : Number(portText),
    isPortFixed: portText !== undefined,
    host: text('HOST') ?? '127.0.0.1',
    dataDir: resolve(text('DATA_DIR') ?? '.data'),
    databaseUrl,
    redisUrl,
    smtpUrl,
    mailFrom: text('MAIL_FROM') ?? 'switchboard@localhost.localdomain',
    publicOrigin,
    trustedProxies,
    secretKey,
    nodeName: text('NODE_NAME') ?? 'node-1',
    visitorAllowance: Number(allowance),
    logLevel,
  })
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

function isUrl(text: string | undefined, protocols: string[]): boolean {
  return text === undefined || (URL.canParse(text) && protocols.includes(new URL(text).protocol))
}

function isOrigin(text: string | undefined): boolean {
  return isUrl(text, ['http:', 'https:']) && (text === undefined || new URL(text).origin === text)
}

function trustsAll(proxy: string): boolean {
  return ['*', 'true', '0.0.0.0/0', '::/0'].includes(proxy.trim())
}
