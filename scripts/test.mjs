// `npm test`: installs and builds what is missing, checks the code, runs every test. Arguments go to Vitest.
// The last line says how many passed and failed.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages } from './lib/build.mjs'
import { findChromium } from './lib/chromium.mjs'
import { endWithParent } from './lib/end-with-parent.mjs'
import { install } from './lib/install.mjs'
import { refuseOldNode, useNode } from './lib/node.mjs'
import { explain, ROOT } from './lib/project.mjs'
import { findRedis } from './lib/redis.mjs'
import { npm, runInPlace } from './lib/run.mjs'

async function test() {
  if (process.env['npm_lifecycle_event'] === 'test') {
    endWithParent()
  }
  refuseOldNode()
  await install()
  const node = useNode()
  const chromium = await findChromium()
  const redis = await findRedis()
  await buildPages()
  const [program, ...args] = npm()
  const checkCode = await runInPlace(program, [...args, 'run', 'check'])
  const counts = await runVitest(node, chromium, redis)
  return { ...counts, failed: counts.failed + (checkCode === 0 ? 0 : 1) }
}

/** Never no failure where Vitest says that there was one, even one that it could not count. */
async function runVitest(node, chromium, redis) {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-counts-'))
  const countsFile = join(folder, 'counts.json')
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['default', join(ROOT, 'scripts', 'lib', 'counting-reporter.mjs')]
  const flags = reporters.map((reporter) => `--reporter=${reporter}`)
  const env = {
    ...process.env,
    CHROMIUM_PATH: chromium,
    SWITCHBOARD_TEST_COUNTS: countsFile,
    REDIS_SERVER: redis ?? '',
  }
  try {
    const code = await runInPlace(node, [vitest, 'run', ...flags, ...process.argv.slice(2)], {
      env,
    })
    const counts = readCounts(countsFile)
    return { ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A run that ended before its count was written is one failure. */
function readCounts(countsFile) {
  if (!existsSync(countsFile)) {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  return JSON.parse(readFileSync(countsFile, 'utf8'))
}

const { passed, failed, skipped } = await test().catch((error) => {
  explain(error)
  return { passed: 0, failed: 1, skipped: 0 }
})
process.exitCode = failed === 0 ? 0 : 1
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
