// Where a long storm takes place, as its faults see it.
import type { Line } from './proxy.ts'
import type { ServerProcess } from './servers.ts'

export interface Scene {
  databaseUrl: string
  /** The last server's way to the database. */
  line: Line
  servers: ServerProcess[]
  /** Starts a server in place of one that is gone. */
  replace(at: number): Promise<ServerProcess>
  ended: AbortSignal
  say(line: string): void
}

export type Do = (scene: Scene) => Promise<void>
