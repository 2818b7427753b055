// Takes lists of network addresses away, for when nobody is let in any more who could do it:
//
//   npm run addresses:clear -- --all               every list of every organisation
//   npm run addresses:clear -- --account <id>      that of an account
//   npm run addresses:clear -- --user <login>      those of one person; the e-mail does as well
//
// With DATABASE_URL it may be run beside the server, and counts at once. The server's own database is
// the server's alone while it runs: stop it first.
import { clearLists, type Which } from '../server/features/addresses/clearing-queries.ts'
import { ConfigProblems, readConfig } from '../server/platform/config.ts'
import { openDatabase } from '../server/platform/database.ts'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { AlreadyRunning, claimDataDir } from '../server/platform/running.ts'

const USAGE = 'npm run addresses:clear -- --all | --account <id> | --user <login or e-mail>\n'

function whichOf([flag, value, ...more]: readonly string[]): Which | undefined {
  if (more.length > 0) return undefined
  if (flag === '--all' && value === undefined) return {}
  if (value === undefined) return undefined
  if (flag === '--account') return /^[0-9a-f-]{36}$/.test(value) ? { accountId: value } : undefined
  return flag === '--user' ? { login: value } : undefined
}

async function clear(which: Which): Promise<number> {
  const { databaseUrl, dataDir } = readConfig(process.env)
  if (databaseUrl !== undefined) return clearAt(databaseUrl, which)
  const claim = await claimDataDir(dataDir)
  try {
    const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} })
    return await clearAt(postgres.url, which).finally(() => postgres.stop())
  } finally {
    await claim.release()
  }
}

async function clearAt(url: string, which: Which): Promise<number> {
  const broke = (error: unknown) => void process.stderr.write(`${String(error)}\n`)
  const database = openDatabase(url, { max: 1, name: 'clear-addresses', broke })
  return clearLists(database, which, new Date()).finally(() => database.close())
}

const which = whichOf(process.argv.slice(2))
if (which === undefined) {
  process.stderr.write(USAGE)
  process.exit(2)
}
try {
  const count = await clear(which)
  process.stdout.write(`${count} ${count === 1 ? 'list' : 'lists'} taken away\n`)
  if (count === 0) process.exitCode = 1
} catch (error) {
  const isPlain = error instanceof ConfigProblems || error instanceof AlreadyRunning
  process.stderr.write(`${isPlain ? error.message : String(error)}\n`)
  process.exitCode = 1
}
