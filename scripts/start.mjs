// `npm start`: installs and builds what is missing, then runs the server. Arguments go to the server.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildPages } from './lib/build.mjs'
import { install } from './lib/install.mjs'
import { findNode, refuseOldNode } from './lib/node.mjs'
import { explain, ROOT } from './lib/project.mjs'
import { runInPlace } from './lib/run.mjs'

async function start() {
  refuseOldNode()
  await install()
  const node = findNode()
  await buildPages()
  const settings = join(ROOT, '.env')
  const flags = existsSync(settings) ? [`--env-file=${settings}`] : []
  const main = join(ROOT, 'server', 'main.ts')
  const args = ['--disable-warning=ExperimentalWarning', ...flags, main, ...process.argv.slice(2)]
  return runInPlace(node, args)
}

process.exitCode = await start().catch(explain)
