// `npm run budgets`, after `npm run build`: what each page weighs, and which are too heavy.
import { budgets } from '../budgets.ts'
import { kilobytes, tooHeavy, weighPages } from './weights.ts'

const pages = weighPages()
for (const { route, script, style, words } of pages) {
  const limit = budgets.script[route] ?? budgets.script['*']
  const [ofScript, ofStyle, ofWords] = [script, style, words].map((bytes) =>
    kilobytes(bytes).padStart(9),
  )
  console.log(
    `${route.padEnd(22)} script ${ofScript} of ${limit} KB   style ${ofStyle}   words ${ofWords}`,
  )
}
const failures = tooHeavy(pages, budgets)
for (const failure of failures) console.error(failure)
process.exitCode = failures.length > 0 ? 1 : 0
