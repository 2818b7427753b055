// What can be done with a person, by how they stand now.
import Archive from '@lucide/svelte/icons/archive'
import ArchiveRestore from '@lucide/svelte/icons/archive-restore'
import Ban from '@lucide/svelte/icons/ban'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import UserMinus from '@lucide/svelte/icons/user-minus'
import type { Act } from '#contract/people.ts'
import type { MembershipStatus } from '#contract/users.ts'
import type { MenuEntry } from '#lib/ui/menu-entries.ts'
import { t } from '#lib/words.ts'

const archive = { act: 'archive', icon: Archive, danger: true } as const
const remove = { act: 'remove', icon: UserMinus, danger: true } as const
const ACTS = {
  active: [{ act: 'block', icon: Ban }, archive, remove],
  blocked: [{ act: 'unblock', icon: CircleCheck }, archive, remove],
  archived: [{ act: 'restore', icon: ArchiveRestore }, remove],
  invited: [],
} as const

/** The entries of a menu; `begin` opens what shows the act's effect first. */
export function actEntries(status: MembershipStatus, begin: (act: Act) => void): MenuEntry[] {
  return ACTS[status].map(({ act, ...look }) => ({
    ...look,
    label: t(`record.act.${act}.dots`),
    run: () => begin(act),
  }))
}
