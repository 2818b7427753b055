// The scopes: units of visibility. Who may watch one is decided by the server alone.
export const scope = {
  /** Accounts, departments and queues of an account: everybody who works there or above. */
  setup: (accountId: string) => `setup:${accountId}`,
  /** People and invitations of an account: whoever may view its users. */
  people: (accountId: string) => `people:${accountId}`,
  /** People of a department or a supervisor's group, and those of them who are operators. */
  team: (id: string) => `team:${id}`,
  /** One person's record, open in an editor: whoever may view that person. */
  record: (membershipId: string) => `record:${membershipId}`,
  /** Operators, queues, memberships of queues and open chats of an account: whoever may see the Wall.
   * Of a department or a supervisor's group: its operators. */
  floor: (accountId: string) => `floor:${accountId}`,
  /** The simulator of an organisation: whoever sets it up as a whole. */
  simulator: (organisationId: string) => `simulator:${organisationId}`,
  /** A queue and what waits in it: whoever is assigned to it. */
  queue: (queueId: string) => `queue:${queueId}`,
  /** One's own: status, queues, chats, offers, notifications. */
  user: (userId: string) => `user:${userId}`,
  /** The messages of a chat, by their own seq. */
  chat: (chatId: string) => `chat:${chatId}`,
  /** A chat's state as its visitor sees it. */
  visit: (chatId: string) => `visit:${chatId}`,
}

/** The two halves of a scope: what it is of, and whose. */
export function partsOf(text: string): { of: string; id: string } {
  const at = text.indexOf(':')
  return { of: text.slice(0, at), id: text.slice(at + 1) }
}
