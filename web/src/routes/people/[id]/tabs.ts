// The parts of a person's record, and which of them there are for this person and this viewer.
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import type { PersonEditor } from './editor.svelte.ts'

export const TABS = [
  'profile',
  'rights',
  'departments',
  'queues',
  'limits',
  'skills',
  'sites',
  'status',
  'security',
  'history',
] as const
export type TabId = (typeof TABS)[number]

/** A part with nothing to set in it is not there. */
export function tabsFor(editor: PersonEditor): TabId[] {
  const { record } = editor
  const isOperator = record?.isOperator ?? false
  const there: Partial<Record<TabId, boolean>> = {
    queues: isOperator,
    limits: isOperator,
    skills: isOperator && live.all('skill').length > 0,
    sites: live.all('site').length > 0,
    status: isOperator && session.may('wall.view'),
    security: session.may('users.manage') || session.may('sessions.manage'),
    history: session.may('users.manage'),
  }
  return TABS.filter((tab) => there[tab] ?? true)
}
