// `npm start`: installs and builds what is missing, then runs the server. Arguments go to the server.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildPages } from './lib/build.mjs'
import { endWithParent } from './lib/end-with-parent.mjs'
import { install } from './lib/install.mjs'
import { refuseOldNode, useNode } from './lib/node.mjs'
import { explain, ROOT } from './lib/project.mjs'
import { runInPlace } from './lib/run.mjs'

async function start() {
  if (process.env['npm_lifecycle_event'] === 'start') {
    endWithParent()
  }
  refuseOldNode()
  await install()
  const node = useNode()
  await buildPages()
  const settings = join(ROOT, '.env')
  const flags = [
    '--disable-warning=ExperimentalWarning',
    `--import=${new URL('./lib/child-of-start.mjs', import.meta.url).href}`,
    ...(existsSync(settings) ? [`--env-file=${settings}`] : []),
  ]
  return runInPlace(node, [...flags, join(ROOT, 'server', 'main.ts'), ...process.argv.slice(2)])
}

process.exitCode = await start().catch(explain)
