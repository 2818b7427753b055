// `npm run dev`: the server, started again when its sources change, and the pages, replaced as one
// types. The pages are at the address that Vite prints; they reach the server through its proxy.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { install } from './lib/install.mjs'
import { refuseOldNode, useNode } from './lib/node.mjs'
import { explain, ROOT } from './lib/project.mjs'

const WATCHED = ['server', 'contract', 'migrations']

async function develop() {
  refuseOldNode()
  await install()
  const node = useNode()
  const port = process.env['PORT'] ?? '3000'
  const env = { ...process.env, PORT: port, SWITCHBOARD_SERVER: `http://localhost:${port}` }
  const settings = join(ROOT, '.env')
  const watch = WATCHED.map((folder) => `--watch-path=${join(ROOT, folder)}`)
  const file = existsSync(settings) ? [`--env-file=${settings}`] : []
  const server = [...watch, '--watch-preserve-output', ...file, join(ROOT, 'server', 'main.ts')]
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const children = [
    spawn(node, server, { cwd: ROOT, env, stdio: 'inherit' }),
    spawn(node, [vite, 'dev'], { cwd: join(ROOT, 'web'), env, stdio: 'inherit' }),
  ]
  const endAll = () => {
    for (const child of children) child.kill('SIGTERM')
  }
  process.on('SIGINT', endAll)
  process.on('SIGTERM', endAll)
  return new Promise((resolve) => {
    for (const child of children)
      child.once('exit', (code) => {
        endAll()
        resolve(code ?? 0)
      })
  })
}

process.exitCode = await develop().catch(explain)
