// `npm run simulate [-- --visitors N --seed N]`: floors of which queueing theory says what they do,
// simulated, and what visitors are told of their wait held to what became of them. 2,000,000 visitors
// each, unless another number is named. The last line is JSON; the code is 1 when something is off.
import { parseArgs } from 'node:util'
import {
  SCENARIOS,
  troublesOf,
  type Validation,
  validate,
} from '../server/features/simulator/validation.ts'

const { values } = parseArgs({
  options: {
    visitors: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
  },
})
const visitors = Number(values.visitors)
const seed = Number(values.seed)
if (!Number.isInteger(visitors) || visitors < 1000 || !Number.isInteger(seed)) {
  process.stderr.write('--visitors is a whole number from 1000, --seed a whole number\n')
  process.exit(2)
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

function line({ name, theory, seen, off, told }: Validation): string {
  const figures = (['waiting', 'wait', 'givingUp'] as const).map((figure) => {
    const digits = figure === 'wait' ? 2 : 4
    const by = `${off[figure] >= 0 ? '+' : ''}${off[figure].toFixed(1)}`
    return `${seen[figure].value.toFixed(digits)} / ${theory[figure].toFixed(digits)} (${by})`
  })
  const said = told ? `${(told.bias * 100).toFixed(1)} %`.padStart(8) : ''
  const held = told ? `${(told.covered * 100).toFixed(1)} %`.padStart(8) : ''
  return [name.padEnd(26), ...figures.map((one) => one.padStart(26)), said, held].join('  ')
}

const heads = ['waiting', 'wait, s', 'giving up'].map((one) => one.padStart(26))
say(
  `Simulated / by theory (standard errors beside it), ${visitors} visitors each; what they were told:`,
)
say(['floor'.padEnd(26), ...heads, 'bias'.padStart(8), 'in range'.padStart(8)].join('  '))
const done = SCENARIOS.map((scenario, at) => {
  const validation = validate(scenario, visitors, seed + 2 * at)
  say(line(validation))
  return validation
})
const troubles = done.flatMap((one) => troublesOf(one).map((trouble) => `${one.name}: ${trouble}`))
for (const trouble of troubles) say(trouble)
const offs = done.flatMap(({ off }) => Object.values(off).map(Math.abs))
const told = done.flatMap((one) => (one.told ? [one.told] : []))
say(
  JSON.stringify({
    visitors: visitors * done.length,
    mostStandardErrors: Math.max(...offs),
    mostBias: Math.max(...told.map(({ bias }) => Math.abs(bias))),
    leastCovered: Math.min(...told.map(({ covered }) => covered)),
    mostCovered: Math.max(...told.map(({ covered }) => covered)),
    troubles: troubles.length,
  }),
)
process.exitCode = troubles.length === 0 ? 0 : 1
