// No source file over 300 lines: past that there are two nouns in it.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './project.mjs'

const MOST = 300
const GENERATED = new Set(['server/platform/schema.ts'])
const KINDS = /\.(ts|mjs|cjs|svelte|sql|css)$/

const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n')
const long = files
  .filter((file) => KINDS.test(file) && !GENERATED.has(file))
  .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > MOST)
for (const { file, lines } of long) process.stdout.write(`${file} has ${lines} lines\n`)
process.exitCode = long.length === 0 ? 0 : 1
