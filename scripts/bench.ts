// `npm run bench -- <what> [--short]`: measures one thing on this machine; the last line is JSON.
const BENCHES: Readonly<Record<string, () => Promise<{ run(isShort: boolean): Promise<object> }>>> =
  {
    people: () => import('../bench/people/people.ts'),
  }

const [what = '', ...flags] = process.argv.slice(2)
const load = BENCHES[what]
if (load === undefined) {
  process.stderr.write(`There is a bench of: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exitCode = 1
} else {
  const { run } = await load()
  const result = await run(flags.includes('--short'))
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
