// What the storm is asked for on the command line.
import { parseArgs } from 'node:util'
import { FAULTS } from './faults.ts'

export interface StormOptions {
  servers: number
  chats: number
  connections: number
  operators: number
  limit: number
  /** Kill a server, without a word of warning, in the middle. */
  kill: boolean
  /** Take a guard away on purpose, to see that the storm notices. */
  breaks: 'limit' | undefined
  /** Seconds after which it must be over. */
  seconds: number
  /** The long form: so long chats come, are answered and end; 0: one burst, of which none ends. */
  minutes: number
  /** In the long form: and until there were so many transitions. */
  transitions: number
  /** Chats a second, in the long form. */
  rate: number
  /** What goes wrong in it, in turn. */
  faults: readonly string[]
  /** About so many seconds lie between two of them. */
  gapSeconds: number
  /** One of its servers has a clock that is so many minutes fast. */
  skewMinutes: number
}

const WHOLE = { type: 'string' } as const

/** Throws an Error whose message is a sentence for the terminal. */
export function readOptions(args: readonly string[]): StormOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      servers: { ...WHOLE, default: '3' },
      chats: { ...WHOLE, default: '200' },
      connections: { ...WHOLE, default: '16' },
      operators: { ...WHOLE, default: '20' },
      limit: { ...WHOLE, default: '3' },
      seconds: { ...WHOLE, default: '120' },
      kill: { type: 'boolean', default: false },
      break: { type: 'string' },
      minutes: { ...WHOLE, default: '0' },
      transitions: { ...WHOLE, default: '0' },
      rate: { ...WHOLE, default: '10' },
      faults: { type: 'string', default: FAULTS.join(',') },
      gap: { ...WHOLE, default: '12' },
      skew: { ...WHOLE, default: '10' },
    },
  })
  const whole = (name: keyof typeof values, least: number, most: number) => {
    const number = Number(values[name])
    if (Number.isInteger(number) && number >= least && number <= most) return number
    throw new Error(`--${name} must be a whole number from ${least} to ${most}`)
  }
  if (values.break !== undefined && values.break !== 'limit')
    throw new Error('--break knows only: limit')
  const servers = whole('servers', 1, 8)
  if (values.kill && servers < 2) throw new Error('--kill needs --servers 2 or more')
  return {
    servers,
    chats: whole('chats', 1, 10_000),
    connections: whole('connections', 1, 64),
    operators: whole('operators', 1, 200),
    limit: whole('limit', 0, 100),
    seconds: whole('seconds', 10, 3_600),
    minutes: whole('minutes', 0, 1_440),
    transitions: whole('transitions', 0, 100_000_000),
    rate: whole('rate', 1, 200),
    faults: faultsIn(values.faults),
    gapSeconds: whole('gap', 1, 600),
    skewMinutes: whole('skew', 0, 600),
    kill: values.kill,
    breaks: values.break,
  }
}

function faultsIn(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '' && name !== 'none')
  const known = FAULTS.filter((fault) => names.includes(fault))
  if (known.length === names.length) return known
  throw new Error(`--faults knows only: ${FAULTS.join(', ')}, none`)
}
