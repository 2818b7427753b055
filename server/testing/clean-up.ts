// Runs beside the tests and outlives them: when they end without cleaning up, interrupted or killed, it does.
// Arguments: the folder of their PostgreSQL; or the URL of somebody else's, and the template's name in it.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dropAll } from './drop-databases.ts'

const [place = '', template] = process.argv.slice(2)
const STOP_POLL_MS = 100
const STOP_POLLS = 300

process.stdin.resume()
process.stdin.once('close', () => {
  void (template === undefined ? removeFolder(place) : dropAll(place, template))
})

/** PostgreSQL ends by itself when its server does; its files must stay until then. */
async function removeFolder(folder: string): Promise<void> {
  const pidFile = join(folder, 'database', 'postmaster.pid')
  for (let polls = 0; existsSync(pidFile) && polls < STOP_POLLS; polls++) {
    await sleep(STOP_POLL_MS)
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: STOP_POLL_MS })
}
