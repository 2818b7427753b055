// Where one can go from anywhere. A new screen is one line here; who may see it is in the line.
import Headset from '@lucide/svelte/icons/headset'
import HistoryIcon from '@lucide/svelte/icons/history'
import KeyRound from '@lucide/svelte/icons/key-round'
import LayoutGrid from '@lucide/svelte/icons/layout-grid'
import Network from '@lucide/svelte/icons/network'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import Users from '@lucide/svelte/icons/users'
import type { Permission } from '#contract/permissions.ts'
import type { Icon } from '#lib/ui/icon.ts'
import type { Key } from '#lib/words.ts'

export interface Destination {
  href: string
  label: Key & `shell.nav.${string}`
  icon: Icon
  /** Any one of these opens it; everyone may, without. */
  needs?: readonly Permission[]
  /** Its figure asks for attention, so that it is worth its place on a small screen too. */
  isUrgent?: boolean
  /** The second key of its shortcut: `g d`. */
  key: string
}

export interface Section {
  heading?: Key & `shell.nav.${string}`
  destinations: readonly Destination[]
}

export const sections: readonly Section[] = [
  {
    destinations: [
      {
        href: '/desk',
        label: 'shell.nav.desk',
        icon: Headset,
        needs: ['chats.answer'],
        isUrgent: true,
        key: 'd',
      },
      { href: '/wall', label: 'shell.nav.wall', icon: LayoutGrid, needs: ['wall.view'], key: 'w' },
      {
        href: '/history',
        label: 'shell.nav.history',
        icon: HistoryIcon,
        needs: ['reports.correspondence'],
        key: 'h',
      },
    ],
  },
  {
    heading: 'shell.nav.administration',
    destinations: [
      { href: '/people', label: 'shell.nav.people', icon: Users, needs: ['users.view'], key: 'p' },
      {
        href: '/setup',
        label: 'shell.nav.setup',
        icon: SlidersHorizontal,
        needs: ['setup.manage', 'accounts.manage', 'roles.manage'],
        key: 's',
      },
      {
        href: '/accounts',
        label: 'shell.nav.accounts',
        icon: Network,
        needs: ['accounts.manage'],
        key: 'a',
      },
      {
        href: '/policy',
        label: 'shell.nav.policy',
        icon: KeyRound,
        needs: ['accounts.manage'],
        key: 'r',
      },
      {
        href: '/audit',
        label: 'shell.nav.audit',
        icon: ScrollText,
        needs: ['audit.view'],
        key: 'l',
      },
    ],
  },
]

/** The sections with only what this person may open; empty sections are gone. */
export function sectionsFor(may: (permission: Permission) => boolean): Section[] {
  return sections
    .map((section) => ({
      ...section,
      destinations: section.destinations.filter(({ needs }) => !needs || needs.some(may)),
    }))
    .filter((section) => section.destinations.length > 0)
}

/** Whether the page at `path` lies at or below the destination. */
export function isAt(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`)
}
