// The way back from a limit just set: it goes only where nobody has set another since.
import { troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'
import { t } from '#lib/words.ts'
import { type LimitChange, type LimitDraft, setLimit, theirsOf } from './limit-draft.svelte.ts'
import { areaOf, limitText } from './limit-words.ts'

const STAY_MS = 8_000

/** Says what was set, with the way to take it back. */
export function tellLimitSet(draft: LimitDraft, name: string, change: LimitChange): void {
  toast.success(t(`editing.${areaOf(draft)}.set`, { name, value: limitText(change.limit) }), {
    detail: t('editing.limit.set.detail', { before: limitText(change.before) }),
    stayMs: STAY_MS,
    action: { label: t('editing.limit.undo'), run: () => void undo(draft, name, change) },
  })
}

async function undo(draft: LimitDraft, name: string, change: LimitChange) {
  const { userId, kind } = draft
  try {
    await setLimit(userId, kind, change.before, change.version)
    toast.info(t(`editing.${areaOf(draft)}.undone`, { name, value: limitText(change.before) }))
  } catch (error) {
    const theirs = theirsOf(error)
    toast.error(theirs ? stays(theirs.by, theirs.limit) : troubleOf(error).text)
  }
}

function stays(by: string | undefined, limit: number | null): string {
  const value = limitText(limit)
  return by
    ? t('editing.limit.not-undone', { by, value })
    : t('editing.limit.not-undone.someone', { value })
}
