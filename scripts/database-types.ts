// Writes server/platform/schema.ts from the migrations; with --verify only says whether it is right.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { migrate } from '../server/platform/migrate.ts'

const folder = await mkdtemp(join(tmpdir(), 'switchboard-types-'))
const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {}, durable: false })
try {
  await migrate(postgres.url)
  const extra = process.argv.includes('--verify') ? ['--verify'] : []
  const run = spawnSync('kysely-codegen', ['--url', postgres.url, ...extra], { stdio: 'inherit' })
  process.exitCode = run.status ?? 1
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
