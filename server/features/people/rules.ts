// Which chats a person is for, by the roles that they hold.
import type { Permission } from '#contract/permissions.ts'

/** What of routing goes with the roles somebody holds. */
export interface Means {
  isOperator: boolean
  /** Real chats, and those of test queues. */
  takesChats: boolean
  takesTests: boolean
}

/**
 * Whether somebody with these roles, all those of one organisation, answers chats, and which. Who
 * also runs the place does only when chats are meant for them: they have a queue or a limit.
 */
export function meansOf(
  roles: readonly (readonly Permission[])[],
  isMeantForChats: boolean,
): Means {
  const answering = roles.filter((role) => role.includes('chats.answer'))
  return {
    isOperator: answering.some((role) => isMeantForChats || !role.includes('users.manage')),
    takesChats: answering.some((role) => !role.includes('chats.test')),
    takesTests: answering.some((role) => role.includes('chats.test')),
  }
}
