// A limit in words.
import { t } from '#lib/words.ts'
import type { LimitDraft } from './limit-draft.svelte.ts'

/** A limit in words; null: there is none. */
export function limitText(limit: number | null): string {
  return limit === null ? t('editing.units.none') : String(limit)
}

/** Where the words of a limit stand. */
export function areaOf({ kind }: Pick<LimitDraft, 'kind'>): 'units' | 'limit' {
  return kind === 'units' ? 'units' : 'limit'
}
