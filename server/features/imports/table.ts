// A file's text as rows of cells by column.
import { parseCsv, unmarked } from '#contract/csv.ts'
import { columnOf, type ImportColumn } from '#contract/import-columns.ts'
import { IMPORT_ROWS_MAX } from '#contract/imports.ts'
import { Refusal } from '../../platform/refuse.ts'

/** What a row of the file asks for. */
export interface Asked {
  line: number
  /** By the columns that the file has; a cell that is not there says nothing. */
  cells: Partial<Record<ImportColumn, string>>
  /** More cells than the first line has headings. */
  isTooLong: boolean
}

export interface Table {
  columns: ImportColumn[]
  ignored: string[]
  rows: Asked[]
}

/**
 * Reads the file. Refuses with `invalid` and `problems`: `open_quote` (and its line), `no_key` (a
 * first line that names neither e-mail nor login), `double_column` or `no_rows`; with `too_large`.
 */
export function readTable(csv: string): Table {
  const { rows, openQuote } = parseCsv(csv)
  if (openQuote !== null) throw unreadable('open_quote', openQuote)
  const [head, ...rest] = rows
  if (head === undefined || rest.length === 0) throw unreadable('no_rows')
  if (rest.length > IMPORT_ROWS_MAX) throw new Refusal('too_large', { count: rest.length })
  const headings = head.cells.map((cell) => unmarked(cell.trim()))
  const columns = headings.map(columnOf)
  const known = columns.filter((column) => column !== undefined)
  if (new Set(known).size < known.length) throw unreadable('double_column')
  if (!known.includes('email') && !known.includes('login')) throw unreadable('no_key')
  return {
    columns: known,
    ignored: headings.filter((heading, at) => columns[at] === undefined && heading !== ''),
    rows: rest.map(({ line, cells }) => ({
      line,
      cells: cellsOf(columns, cells),
      isTooLong: cells.slice(columns.length).some((cell) => cell.trim() !== ''),
    })),
  }
}

function cellsOf(
  columns: readonly (ImportColumn | undefined)[],
  cells: readonly string[],
): Asked['cells'] {
  const found: Asked['cells'] = {}
  for (const [at, column] of columns.entries()) {
    const cell = cells[at]
    if (column !== undefined && cell !== undefined) found[column] = unmarked(cell.trim())
  }
  return found
}

function unreadable(problem: string, line?: number): Refusal {
  const where = line === undefined ? {} : { count: line }
  return new Refusal('invalid', { field: 'csv', problems: [problem], ...where })
}
