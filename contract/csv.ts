// Tables as text (RFC 4180): what spreadsheets write, read in full; what we write, such that every
// spreadsheet opens it and none of them calculates (OWASP, CSV injection).

const FORMULA = /^'*\s*[=+\-@\t\r]/
const NUMBER = /^-?\d+(\.\d+)?$/
const MARK = '\ufeff'

/** Rows of cells as text, with the mark by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `${MARK}${csvLines(rows)}`
}

/** More rows, for a table that is written part by part. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",;\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The cell as it was before it was marked as text. */
export function unmarked(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text
}

export interface CsvRow {
  /** Where it begins, counted from 1. */
  line: number
  cells: string[]
}

export type Csv = { rows: CsvRow[]; openQuote: null } | { rows: CsvRow[]; openQuote: number }

/**
 * The rows of the text, those without any content left out. Cells are parted by commas, semicolons
 * or tabs, whichever the first line has most of. `openQuote`: the line of a quote that never ends.
 */
export function parseCsv(text: string): Csv {
  const { body, separator, line } = headOf(text.startsWith(MARK) ? text.slice(1) : text)
  const reader = new Reader(body, separator, line)
  const rows: CsvRow[] = []
  while (!reader.isAtEnd) {
    const row = reader.row()
    if (row === undefined) return { rows, openQuote: reader.line }
    if (row.cells.some((one) => one.trim() !== '')) rows.push(row)
  }
  return { rows, openQuote: null }
}

/** A first line `sep=;` says by what cells are parted, and is no row. */
function headOf(text: string): { body: string; separator: string; line: number } {
  const [said, separator] = /^sep=([,;\t])\r?\n?/i.exec(text) ?? []
  if (said !== undefined && separator !== undefined)
    return { body: text.slice(said.length), separator, line: 2 }
  return { body: text, separator: separatorOf(text), line: 1 }
}

function separatorOf(text: string): string {
  const first = /^\s*(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? ''
  const bare = first.replace(/"(?:[^"]|"")*"/g, '')
  const count = (separator: string) => bare.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

class Reader {
  readonly #text: string
  readonly #separator: string
  readonly #end: RegExp
  #at = 0
  line: number

  constructor(text: string, separator: string, line: number) {
    this.#text = text
    this.#separator = separator
    this.#end = new RegExp(`[${separator}\r\n]`, 'g')
    this.line = line
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** The next row; undefined when a quote in it never ends: `line` is where it begins. */
  row(): CsvRow | undefined {
    const { line } = this
    const cells: string[] = []
    for (;;) {
      const next = this.#text[this.#at] === '"' ? this.#quoted() : this.#bare()
      if (next === undefined) return undefined
      cells.push(next)
      if (this.#text[this.#at] !== this.#separator) break
      this.#at += 1
    }
    this.#endLine()
    return { line, cells }
  }

  #bare(): string {
    this.#end.lastIndex = this.#at
    const end = this.#end.exec(this.#text)?.index ?? this.#text.length
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    return text
  }

  /** What stands between the closing quote and the next separator belongs to the cell as it is. */
  #quoted(): string | undefined {
    const parts: string[] = []
    for (let from = this.#at + 1; ; from = this.#at + 1) {
      const end = this.#text.indexOf('"', from)
      if (end < 0) return undefined
      parts.push(this.#text.slice(from, end))
      this.#at = end + 1
      if (this.#text[this.#at] !== '"') break
    }
    const text = parts.join('"')
    this.line += text.split(/\r\n|[\r\n]/).length - 1
    return text + this.#bare()
  }

  #endLine(): void {
    if (this.#text[this.#at] === '\r') this.#at += 1
    if (this.#text[this.#at] === '\n') this.#at += 1
    this.line += 1
  }
}

/** Several things in one cell: `Sales; "Web; chat"`. */
export function joinItems(items: readonly string[]): string {
  return items
    .map((item) => (/;|^"|^\s|\s$/.test(item) ? `"${item.replaceAll('"', '""')}"` : item))
    .join('; ')
}

/** The things in one cell, without those that are empty. */
export function splitItems(text: string): string[] {
  const items = text.match(/\s*(?:"(?:[^"]|"")*"[^;]*|[^;]+)/g) ?? []
  return items.map(itemOf).filter((item) => item !== '')
}

function itemOf(text: string): string {
  const bare = text.trim()
  const [, quoted, rest = ''] = /^"((?:[^"]|"")*)"(.*)$/s.exec(bare) ?? []
  return quoted === undefined ? bare : quoted.replaceAll('""', '"') + rest
}
