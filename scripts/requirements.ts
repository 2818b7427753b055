// Which test proves which requirement: the ids of docs/requirements.md against the titles of all
// tests. Fails when a line has none.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..')
const ID = /\b[A-Z]{1,3}-\d+\b/g
const RUNNERS = new Set(['test', 'it', 'describe'])
/** A test that does not run proves nothing. */
const NOT_RUN = new Set(['skip', 'todo', 'skipIf', 'runIf'])

interface Title {
  file: string
  text: string
}

/** The ids in the first column of the tables, in their order. */
function idsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\| ([A-Z]+-\d+) \|/.exec(line)?.[1] ?? [])
}

/** The titles of a file's tests and of the groups that they stand in. */
function titlesOf(file: string): Title[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
  )
  const titles: Title[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && runs(node.expression)) {
      const text = textOf(node.arguments[0])
      if (text !== undefined) titles.push({ file, text })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

/** Whether what is called is `test`, `describe.each(...)` and the like. */
function runs(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return RUNNERS.has(callee.text)
  if (ts.isPropertyAccessExpression(callee))
    return !NOT_RUN.has(callee.name.text) && runs(callee.expression)
  return ts.isCallExpression(callee) && runs(callee.expression)
}

function textOf(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…')
}

const wanted = idsOf(readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8'))
const files = globSync(['{contract,server,web,e2e,scripts}/**/*.test.ts'], {
  cwd: ROOT,
  exclude: (name) => name.includes('node_modules'),
})
const proofs = new Map<string, Title[]>()
for (const title of files.sort().flatMap(titlesOf))
  for (const id of new Set(title.text.match(ID))) proofs.set(id, [...(proofs.get(id) ?? []), title])

for (const id of wanted) {
  const titles = proofs.get(id) ?? []
  console.log(titles.length === 0 ? `${id}  NOT PROVEN` : id)
  for (const { file, text } of titles) console.log(`    ${file}: ${text}`)
}
const proven = wanted.filter((id) => proofs.has(id)).length
const missing = wanted.filter((id) => !proofs.has(id))
if (missing.length > 0) console.log(`\nno test names ${missing.join(', ')}`)
console.log(`${proven} of ${wanted.length}`)
process.exitCode = proven === wanted.length ? 0 : 1
