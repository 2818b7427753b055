// Cool-down in plain values: whoever was given a chat of a queue is left in peace by it for a while.
// As migrations/0061 has it.
import type { Floor, FloorQueue } from './floor.ts'

/** What a step is working on (matching.ts), as far as it matters here. */
interface Moment {
  floor: Floor
  now: number
}

/** A member of the queue has been given one of its chats. */
export function beginCoolingDown({ floor, now }: Moment, queue: FloorQueue, userId: string): void {
  const key = `${queue.id}:${userId}`
  const member = floor.members.get(key)
  const { cooldownMs, burst } = queue
  if (member === undefined || (cooldownMs === undefined && burst === undefined)) return
  const lately = [...member.lately, now].slice(-(burst?.most ?? 1))
  const isMost = burst !== undefined && lately.length === burst.most
  const until = Math.max(now + (cooldownMs ?? 0), isMost ? (lately.at(0) ?? now) + burst.ms : now)
  floor.members.set(key, { ...member, lately, coolsUntil: until > now ? until : undefined })
}

/** Ends what was due; answers whose, each of them once. */
export function stopCoolingDown({ floor, now }: Moment): string[] {
  const ended = new Set<string>()
  for (const [key, member] of floor.members) {
    if (member.coolsUntil === undefined || member.coolsUntil > now) continue
    floor.members.set(key, { ...member, coolsUntil: undefined })
    ended.add(member.userId)
  }
  return [...ended]
}
