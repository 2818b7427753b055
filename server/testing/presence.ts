// Presence in tests: the organisation's rules, and one's own row.
import { type PresenceRules, presence, type Operator as Row } from '#contract/presence.ts'
import type { Floor, Operator } from './floor.ts'

/** What an organisation begins with. */
export const USUAL_RULES: PresenceRules = {
  ...{ idleMinutes: null, idleWhenIgnored: false, graceSeconds: 30, heldMinutes: 5 },
  leavingWithChats: 'warn',
}

/** Everything as usual, but for these. */
export async function rule(
  { admin }: Pick<Floor, 'admin'>,
  change: Partial<PresenceRules>,
): Promise<PresenceRules> {
  const base = await admin.call(presence.rules)
  return admin.call(presence.setRules, { body: { set: { ...USUAL_RULES, ...change }, base } })
}

export function mine(operator: Operator): Promise<Row> {
  return operator.call(presence.mine)
}
