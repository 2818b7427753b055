// What a menu can hold: actions, choices of one among several, and lines between them.
import type { Icon } from './icon.ts'

export interface MenuAction {
  label: string
  icon?: Icon
  keys?: string | undefined
  danger?: boolean
  disabled?: boolean
  /** Why it cannot be chosen now, or what it does: a second, quieter line. */
  note?: string | undefined
  run: () => void
}

export interface MenuChoice {
  heading: string
  chosen: string
  options: readonly { value: string; label: string; icon?: Icon; note?: string }[]
  choose: (value: string) => void
}

export type MenuEntry = MenuAction | MenuChoice | 'line'
