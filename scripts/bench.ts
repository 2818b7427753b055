// `npm run bench -- <what> [--short] [...]`: measures one thing on this machine; the last line is
// JSON.
// What may be asked of each is in its own README.
interface Bench {
  run(isShort: boolean, flags: readonly string[]): Promise<object>
}
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  people: () => import('../bench/people/people.ts'),
  offers: () => import('../bench/offers/offers.ts'),
  routing: () => import('../bench/routing/routing.ts'),
  wall: () => import('../bench/wall/wall.ts'),
}

const [what = '', ...flags] = process.argv.slice(2)
const load = BENCHES[what]
if (load === undefined) {
  process.stderr.write(`There is a bench of: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exitCode = 1
} else {
  const { run } = await load()
  const result = await run(flags.includes('--short'), flags)
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
