// The places that can be asked about: accounts, departments, groups and sites that this person sees.
import type { PlaceKind } from '#contract/roles.ts'
import { live } from '#lib/live/live.svelte.ts'
import { compareNames, t } from '#lib/words.ts'
import type { People } from '../people.svelte.ts'

export interface AskedPlace {
  /** `account:<id>`; `person:` asks for the person. */
  value: string
  label: string
  /** Without the indent of the tree. */
  name: string
}

const INDENT = '\u2003'
const KINDS = ['department', 'group', 'site'] as const

export function askedPlaces(list: People): AskedPlace[] {
  const seen = new Set(list.accounts.map(({ id }) => id))
  const within = KINDS.flatMap((kind) =>
    live
      .all(kind)
      .filter(({ accountId }) => seen.size === 0 || seen.has(accountId))
      .toSorted((a, b) => compareNames(a.name, b.name))
      .map(({ id, name }) => {
        const label = t(`record.place.${kind}`, { name })
        return { value: `${kind}:${id}`, label, name: label }
      }),
  )
  return [
    ...list.tree.map(({ id, name, depth }) => ({
      ...{ value: `account:${id}`, label: INDENT.repeat(depth) + name, name },
    })),
    ...within,
    { value: 'person:', label: t('roles.explain.place.person'), name: '' },
  ]
}

/** The parts of a chosen place; undefined while nothing is. */
export function placeOf(value: string): { kind: PlaceKind; at: string } | undefined {
  const at = value.slice(value.indexOf(':') + 1)
  const kind = (['account', ...KINDS, 'person'] as const).find((one) => value.startsWith(`${one}:`))
  return kind && at !== '' ? { kind, at } : undefined
}
