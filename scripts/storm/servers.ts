// Real server processes for the storm, on one database, each with its own port.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const START_MS = 60_000

export interface ServerProcess {
  url: string
  isAlive(): boolean
  /** Ends it as a power cut would. */
  kill(): void
  /** Stands still, holding on to all it has, until it is let go on. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

/** Starts one server and resolves once it answers. */
export function startServer(name: string, env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
    env: {
      ...process.env,
      ...env,
      PORT: '0',
      NODE_NAME: name,
      LOG_LEVEL: env['LOG_LEVEL'] ?? 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not answer in time`)), START_MS)
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk
      const [, url] = /answers at\s+(\S+)/.exec(said) ?? []
      if (url === undefined) return
      clearTimeout(late)
      said = ''
      resolve(serverOf(child, url, ended))
    })
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${said}`)))
  })
}

function serverOf(child: ChildProcess, url: string, ended: Promise<void>): ServerProcess {
  return {
    url,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: () => void child.kill('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** What a server is started with so that its own clock is so many minutes fast. */
export function fastClock(minutes: number): Record<string, string> {
  const code = `const D = Date, by = ${minutes} * 60000
    globalThis.Date = class extends D {
      constructor(...at) { super(...(at.length === 0 ? [D.now() + by] : at)) }
      static now() { return D.now() + by }
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

/** Any server that is alive, spread over them by the number given. */
export function anyOf(servers: readonly ServerProcess[], number: number): ServerProcess {
  const alive = servers.filter((server) => server.isAlive())
  const server = alive[number % alive.length]
  if (server === undefined) throw new Error('no server is left')
  return server
}
