// How a row of an import is worded and coloured.
import { COLUMN_WORDS, type ImportColumn } from '#contract/import-columns.ts'
import type { ImportRow, RowKind, RowProblem } from '#contract/imports.ts'
import type { Tone } from '#lib/ui/tone.ts'
import { language } from '#lib/words/locale.svelte.ts'
import { t } from '#lib/words.ts'

export const kindTone: Readonly<Record<RowKind, Tone>> = {
  add: 'ok',
  change: 'wrap',
  same: 'off',
  conflict: 'pause',
  error: 'bad',
}

/** As the file's first line calls it. */
export function columnWord(column: ImportColumn): string {
  return COLUMN_WORDS[language.locale][column]
}

export function problemText({ code, value }: RowProblem): string {
  return t(`imports.problem.${code}`, { value })
}

/** A row in one line: what is wrong with it, or what it changes. */
export function summaryOf({ problems, changes }: ImportRow): string {
  const [problem] = problems
  if (problem) {
    const where = problem.column === null ? '' : `${columnWord(problem.column)}: `
    return where + problemText(problem)
  }
  return changes
    .map(({ column, before, after }) =>
      before === ''
        ? `${columnWord(column)}: ${after}`
        : `${columnWord(column)}: ${before} → ${after || t('imports.blank')}`,
    )
    .join(' · ')
}
