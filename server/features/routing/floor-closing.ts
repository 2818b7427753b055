// What a queue's opening hours are on the floor, and whether its door is open.
import type { AtClosing, WhenClosed } from '#contract/hours.ts'
import { type Calendar, turnAt } from '#contract/opening.ts'

export interface FloorClosing {
  calendar: Calendar
  whenClosed: WhenClosed
  atClosing: AtClosing
  /** Where what is left while it is closed goes; undefined: it stays in its own line. */
  messageQueueId: string | undefined
}

export interface FloorDoor {
  isOpen: boolean
  /** Of one that is closed; undefined: not within a year. */
  opensAt: number | undefined
}

/** The door of a queue; without opening hours it is always open. */
export function doorOf({ closing }: { closing: FloorClosing | undefined }, now: number): FloorDoor {
  if (closing === undefined) return { isOpen: true, opensAt: undefined }
  const { isOpen, changesAt } = turnAt(closing.calendar, now)
  return { isOpen, opensAt: isOpen ? undefined : changesAt }
}
