// `npm run test:routing`: every test of routing and of its proof, in their long form: model, many
// hands, every two transitions within each other, storms. Arguments go to Vitest. The
// last line says how many passed and failed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { refuseOldNode, useNode } from './lib/node.mjs'
import { explain, ROOT } from './lib/project.mjs'
import { runInPlace } from './lib/run.mjs'

const FILES = [
  'server/features/routing',
  'server/features/presence',
  'server/features/proof',
  'server/storm.several.test.ts',
]
const PROJECTS = ['pure', 'server', 'several']
/** How much of each is done where there is time. */
const LONG = { INTERLEAVINGS: '3', HISTORIES: '200', STORM_MS: '30000' }

async function test() {
  refuseOldNode()
  const node = useNode()
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-counts-'))
  const file = join(folder, 'counts.json')
  const reporters = ['default', join(ROOT, 'scripts', 'lib', 'counting-reporter.mjs')]
  const flags = [
    ...PROJECTS.map((name) => `--project=${name}`),
    ...reporters.map((name) => `--reporter=${name}`),
  ]
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  try {
    const code = await runInPlace(
      node,
      [vitest, 'run', ...flags, ...FILES, ...process.argv.slice(2)],
      { env: { ...LONG, ...process.env, SWITCHBOARD_TEST_COUNTS: file } },
    )
    const counts = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 1, skipped: 0 }
    return { ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { passed, failed, skipped } = await test().catch((error) => {
  explain(error)
  return { passed: 0, failed: 1, skipped: 0 }
})
process.exitCode = failed === 0 ? 0 : 1
console.log(
  `routing: ${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
)
