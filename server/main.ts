// Starts one server: settings, database, migrations, demo floor, doors. The only reader of the
// environment.
import { randomBytes } from 'node:crypto'
import { type App, buildApp } from './app.ts'
import { type DemoFloorPlayer, openDemoFloor } from './demo/floor.ts'
import {
  isUnfinished,
  keepDemoKeys,
  markFinished,
  markUnfinished,
  readDemoKeys,
} from './demo/keys.ts'
import { emptyEverything } from './demo/queries.ts'
import { type DemoKeys, seedDemo } from './demo/seed.ts'
import * as accounts from './features/accounts/queries.ts'
import { type Config, ConfigProblems, readConfig } from './platform/config.ts'
import { openDatabase } from './platform/database.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts'
import { makeHasher } from './platform/hash.ts'
import { migrate } from './platform/migrate.ts'
import { AlreadyRunning, claimDataDir } from './platform/running.ts'
import { readSecretKey } from './platform/secret.ts'
import { printedPage } from './printed-page.ts'

const say = (line: string) => void process.stdout.write(`  ${line}\n`)
const stops: (() => Promise<void>)[] = []
/** Ports tried when none was asked for and the usual one is taken. */
const MOST_PORTS = 20
/** After so long a stop is forced. */
const PATIENCE_MS = 15_000

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const databaseUrl = config.databaseUrl ?? (await ownDatabase(config))
  say('bringing the database up to date')
  await migrate(databaseUrl, say)
  const isEmptyWanted = process.argv.includes('--empty') || config.databaseUrl !== undefined
  const demoKeys = config.databaseUrl ? undefined : await demoOf(config, databaseUrl, isEmptyWanted)
  let player: DemoFloorPlayer | undefined
  const setUpToken = (await isEmpty(databaseUrl))
    ? randomBytes(24).toString('base64url')
    : undefined
  const app = await buildApp({
    ...config,
    // The demo's visitors all come from this machine.
    visitorAllowance: demoKeys ? 1_000 : config.visitorAllowance,
    databaseUrl,
    secretKey: await readSecretKey(config.secretKey, config.dataDir),
    setUpToken,
    demo: demoKeys && { keys: demoKeys, player: () => player },
  })
  stops.unshift(() => app.close())
  const url = await listen(app, config)
  if (demoKeys) player = await move(url, demoKeys, app)
  process.stdout.write(
    printedPage({
      url,
      dataDir: config.dataDir,
      database: config.databaseUrl ? 'PostgreSQL at DATABASE_URL' : 'embedded PostgreSQL',
      mail: config.smtpUrl ? 'goes out through SMTP_URL' : `${url}/dev/mail`,
      demo: demoKeys,
      setUpToken,
    }),
  )
}

/** Holds the data folder and starts the PostgreSQL in it. */
async function ownDatabase({ dataDir }: Config): Promise<string> {
  const claim = await claimDataDir(dataDir)
  stops.unshift(() => claim.release())
  say('starting the embedded PostgreSQL')
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: say,
    onDeath: (error) => {
      process.stderr.write(`${error.message}\n`)
      void stop(1)
    },
  })
  stops.unshift(() => postgres.stop())
  announce = claim.announce
  return postgres.url
}
let announce: (url: string) => Promise<void> = async () => {}

async function isEmpty(databaseUrl: string): Promise<boolean> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 })
  return accounts
    .isAnyThere(db)
    .then((isThere) => !isThere)
    .finally(close)
}

/** The demo of the data folder; made now when the database is empty and nobody asked for an empty one. */
async function demoOf(
  { dataDir }: Config,
  databaseUrl: string,
  isEmptyWanted: boolean,
): Promise<DemoKeys | undefined> {
  const { db, close } = openDatabase(databaseUrl, { max: 2 })
  try {
    if (await isUnfinished(dataDir)) await emptyEverything(db)
    else if (await accounts.isAnyThere(db)) return await readDemoKeys(dataDir)
    await markFinished(dataDir)
    if (isEmptyWanted) return undefined
    await markUnfinished(dataDir)
    const keys = await seedDemo(db, makeHasher({ running: 2, queued: 16, waitMs: 2_000 }), say)
    await keepDemoKeys(dataDir, keys)
    return keys
  } finally {
    await close()
  }
}

async function move(url: string, keys: DemoKeys, app: App): Promise<DemoFloorPlayer> {
  const failed = (error: unknown) => app.http.log.warn({ event: 'demo.failed', err: error })
  const player = openDemoFloor(url, keys, failed)
  stops.unshift(async () => player.stop())
  player.start()
  return player
}

/** Listens on the port that was asked for, else on the first free one from the usual on. */
async function listen(app: App, { port, isPortFixed, host }: Config): Promise<string> {
  const most = isPortFixed ? port : port + MOST_PORTS
  for (let at = port; at <= most; at++) {
    const url = await app.listen(at, host).catch(unlessTaken)
    if (url === undefined) continue
    await announce(url)
    return url
  }
  const which = isPortFixed ? `Port ${port} is` : `The ports from ${port} to ${most} are`
  throw new Trouble(`${which} taken. Free one, or set PORT to another.`)
}

function unlessTaken(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined
  throw error
}

/** Something that whoever starts the server can mend: shown without a stack. */
class Trouble extends Error {}

let stopping: Promise<void> | undefined

/** Stops every part, the newest first, and ends. A second call waits for the first. */
function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(code || 1), PATIENCE_MS).unref()
    for (const one of stops)
      await one().catch((error) => process.stderr.write(`${String(error)}\n`))
    process.exit(code)
  })()
  return stopping
}

process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`)
  void stop(1)
})

start().catch((error: unknown) => {
  // Whoever stops it while it starts need not read what broke off.
  if (stopping !== undefined) return
  process.stderr.write(`\n${inWords(error)}\n\n`)
  void stop(1)
})

/** What can be mended by whoever reads it is said plainly; all else with where it broke. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isPlain = [ConfigProblems, AlreadyRunning, Trouble].some((kind) => error instanceof kind)
  return isPlain ? error.message : (error.stack ?? error.message)
}
