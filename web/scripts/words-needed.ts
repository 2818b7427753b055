// Which areas of words a page asks for before it is drawn: read off its loads, so that nobody has to
// keep a list of them.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const WORDS = path.join(src, 'lib/words.ts')

/** The areas that the loads of these files ask for, and what they import; each once. */
export function wordsNeeded(files: readonly string[]): string[] {
  const areas = new Set<string>()
  const left = files.filter((file) => existsSync(file))
  const seen = new Set<string>([WORDS])
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const source = parse(file)
    for (const area of askedIn(source, file)) areas.add(area)
    left.push(...importsOf(source, file))
  }
  return [...areas]
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
}

/** Throws where an area is asked for that only the running page would know. */
function askedIn(source: ts.SourceFile, file: string): string[] {
  return callsIn(source).flatMap(({ name, given }) => {
    if (name === 'startWords') return ALWAYS
    if (name !== 'needWords') return []
    return given.map((area) => {
      if (ts.isStringLiteral(area)) return area.text
      throw new Error(`${file} asks for words that are not written out: ${name}(...)`)
    })
  })
}

function callsIn(source: ts.Node): { name: string; given: readonly ts.Expression[] }[] {
  const calls: { name: string; given: readonly ts.Expression[] }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
      calls.push({ name: node.expression.text, given: node.arguments })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return calls
}

/** The modules of ours that a file imports; a component asks for words of its own when it is drawn. */
function importsOf(source: ts.SourceFile, file: string): string[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier))
      return []
    const { text } = statement.moduleSpecifier
    if (!text.endsWith('.ts')) return []
    if (text.startsWith('#lib/')) return [path.join(src, 'lib', text.slice('#lib/'.length))]
    return text.startsWith('.') ? [path.resolve(path.dirname(file), text)] : []
  })
}

/** What every page speaks: the areas that `startWords` names. */
const ALWAYS = alwaysNeeded()

function alwaysNeeded(): string[] {
  const start = parse(WORDS).statements.find(
    (statement) => ts.isFunctionDeclaration(statement) && statement.name?.text === 'startWords',
  )
  const areas: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) areas.push(node.text)
    ts.forEachChild(node, visit)
  }
  if (start) visit(start)
  if (areas.length === 0) throw new Error('startWords of words.ts names no area')
  return areas
}
