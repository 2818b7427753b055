// A bad line between a server and its database: everything passes through it, and it can be made
// slow, deaf or broken while it is in use.
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

interface Pass {
  asking: net.Socket
  answering: net.Socket
  /** What the connection calls itself, once it has. */
  name: string
  losesAnswer: boolean
}

export class Line {
  /** The database's address by way of this line. */
  readonly url: string
  readonly #server: net.Server
  readonly #passes = new Set<Pass>()
  #delayMs = 0
  #deaf: { name: string; lifted: Promise<void> } | undefined

  constructor(server: net.Server, databaseUrl: string) {
    this.#server = server
    const { hostname, port } = new URL(databaseUrl)
    server.on('connection', (asking) => this.#pass(asking, net.connect(Number(port), hostname)))
    const address = server.address()
    const url = new URL(databaseUrl)
    url.hostname = '127.0.0.1'
    url.port = typeof address === 'object' && address !== null ? String(address.port) : ''
    this.url = url.href
  }

  /** Everything takes so much longer to pass, each way, until it is set to 0. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  /** Connections of this application name say nothing more, and do not end either, until it is lifted. */
  deafen(name: string): () => void {
    const { promise: lifted, resolve } = Promise.withResolvers<void>()
    this.#deaf = { name, lifted }
    return () => {
      this.#deaf = undefined
      resolve()
    }
  }

  /** Every connection breaks, as one does whose other end has gone. */
  reset(): void {
    for (const { asking } of this.#passes) asking.resetAndDestroy()
  }

  /** What is asked next is done, but its answer never comes: nobody knows whether it was done. */
  loseAnswers(): void {
    for (const pass of this.#passes) pass.losesAnswer = true
  }

  async close(): Promise<void> {
    for (const { asking, answering } of this.#passes) {
      asking.destroy()
      answering.destroy()
    }
    this.#server.close()
    await once(this.#server, 'close')
  }

  #pass(asking: net.Socket, answering: net.Socket): void {
    const pass: Pass = { asking, answering, name: '', losesAnswer: false }
    this.#passes.add(pass)
    const end = () => {
      this.#passes.delete(pass)
      asking.destroy()
      answering.destroy()
    }
    const hold = async () => {
      if (this.#delayMs > 0) await pause(this.#delayMs)
      if (this.#deaf?.name === pass.name) await this.#deaf?.lifted
    }
    void carry(asking, answering, hold, (chunk) => nameIn(pass, chunk)).then(end, end)
    void carry(answering, asking, hold, () => pass.losesAnswer && end()).then(end, end)
  }
}

/** Listens on a port of its own and passes everything on to the database. */
export async function openLine(databaseUrl: string): Promise<Line> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new Line(server, databaseUrl)
}

/** Passes on what comes, in its order; ends when either side does. */
async function carry(
  from: net.Socket,
  to: net.Socket,
  hold: () => Promise<void>,
  look: (chunk: Buffer) => void,
): Promise<void> {
  from.setNoDelay(true)
  to.on('error', () => from.destroy())
  for await (const chunk of from) {
    look(chunk)
    await hold()
    if (to.destroyed) return
    if (!to.write(chunk)) await once(to, 'drain')
  }
}

/** A connection names itself in the first thing that it says (PostgreSQL's startup message). */
function nameIn(pass: Pass, chunk: Buffer): void {
  if (pass.name !== '') return
  const words = chunk.toString('latin1').split('\0')
  pass.name = words[words.indexOf('application_name') + 1] ?? '?'
}
