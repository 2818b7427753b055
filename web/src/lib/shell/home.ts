// The first page for whoever has just come in: where their work is.
import type { Permission } from '#contract/permissions.ts'

const HOMES: readonly [Permission, string][] = [
  ['chats.answer', '/desk'],
  ['wall.view', '/wall'],
  ['users.view', '/people'],
  ['reports.correspondence', '/history'],
]

export function homeFor(may: (permission: Permission) => boolean): string {
  return HOMES.find(([permission]) => may(permission))?.[1] ?? '/me'
}
