// `npm run check`: everything that can be known without running the product. All of it runs, so
// that one look shows all that is wrong; the exit code says whether anything was.
import { spawnSync } from 'node:child_process'
import { ROOT } from './lib/project.mjs'

const CHECKS = [
  ['format and lint', 'biome', ['ci', '.']],
  ['types of contract and server', 'tsc', ['-p', 'tsconfig.json']],
  ['pages prepared', 'svelte-kit', ['sync'], 'web'],
  [
    'types of the pages',
    'svelte-check',
    ['--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    'web',
  ],
  ['arrows', 'depcruise', ['contract', 'server', 'web/src', '--config', '.dependency-cruiser.cjs']],
  ['nothing unused', 'knip', []],
  ['file lengths', 'node', ['scripts/lib/lengths.mjs']],
  ['requirements with a test', 'node', ['scripts/requirements.ts']],
  ['table types', 'node', ['scripts/database-types.ts', '--verify']],
]

const failed = []
for (const [name, command, args, folder = '.'] of CHECKS) {
  const started = performance.now()
  const run = spawnSync(command, args, {
    cwd: `${ROOT}/${folder}`,
    encoding: 'utf8',
    env: {
      ...process.env,
      FORCE_COLOR: '0',
      PATH: `${ROOT}/node_modules/.bin:${process.env.PATH}`,
    },
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const isRight = run.status === 0
  if (!isRight) failed.push(name)
  process.stdout.write(`${isRight ? 'ok    ' : 'WRONG '} ${name} (${seconds} s)\n`)
  if (!isRight) process.stdout.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}\n`)
}
process.stdout.write(failed.length === 0 ? 'all checks passed\n' : `wrong: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
