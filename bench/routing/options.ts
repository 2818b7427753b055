// What may be asked of the bench of routing.
import { parseArgs } from 'node:util'

export interface RoutingOptions {
  rounds: number
  /** How long each contestant runs in each round. */
  seconds: number
  connections: number
  organisations: number
  /** How long the snapshot has been open when it is measured. */
  snapshotSeconds: number
  /** How many chats wait in the long line. */
  line: number
  on: 'disk' | 'memory'
}

/** Throws on what it does not know. */
export function readOptions(flags: readonly string[], isShort: boolean): RoutingOptions {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      short: { type: 'boolean' },
      rounds: { type: 'string', default: isShort ? '2' : '5' },
      seconds: { type: 'string', default: isShort ? '2' : '4' },
      connections: { type: 'string', default: '8' },
      organisations: { type: 'string', default: '16' },
      snapshot: { type: 'string', default: isShort ? '10' : '60' },
      line: { type: 'string', default: '100000' },
      on: { type: 'string', default: 'disk' },
    },
  })
  const count = (name: string, text: string) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number`)
    return value
  }
  if (values.on !== 'disk' && values.on !== 'memory') throw new Error('--on is disk or memory')
  return {
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
    connections: count('connections', values.connections),
    organisations: count('organisations', values.organisations),
    snapshotSeconds: count('snapshot', values.snapshot),
    line: count('line', values.line),
    on: values.on,
  }
}
