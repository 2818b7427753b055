// Where a thing is in use, in words.
import type { Use } from '#contract/changes.ts'
import { formatList, t } from '#lib/words.ts'

const KINDS = [
  ...(['people', 'roles', 'groups', 'queues'] as const),
  ...(['sites', 'chats', 'visitors', 'invitations'] as const),
]

/** Each use in a line of its own: '2 sites: Shop and Help'. A kind without words is left out. */
export function usesInWords(uses: readonly { what: string; count: number; names: string[] }[]) {
  return uses.flatMap(({ what, count, names }) => {
    const kind: Use['what'] | undefined = KINDS.find((one) => one === what)
    if (kind === undefined || count === 0) return []
    const much = t(`setup.use.${kind}`, { n: count })
    return [names.length > 0 ? t('setup.use.named', { much, names: formatList(names) }) : much]
  })
}
