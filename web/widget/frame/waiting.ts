// What a waiting visitor is told: the place in the line and the expected wait, never a made-up number.
import type { Visit } from '#contract/visitors.ts'
import type { Key } from './words.ts'

/** A message key with what fills it. */
export type Line = [key: Key, values?: Record<string, number>]

/** The expected wait in words; undefined when none is known. Seconds in, whole minutes out. */
export function waitLine(wait: Visit['wait']): Line | undefined {
  if (wait === null) return undefined
  if (wait.toSeconds <= 60) return ['wait.soon']
  if (wait.fromSeconds >= 3600) return ['wait.long']
  const from = Math.floor(wait.fromSeconds / 60)
  const to = Math.ceil(wait.toSeconds / 60)
  // It may well be over in less than a minute: no lower end is made up.
  if (from === 0) return ['wait.up-to', { n: to }]
  return from >= to ? ['wait.minutes', { n: to }] : ['wait.range', { from, to }]
}

/** The place in the line in words; undefined when nobody is there to serve it. */
export function placeLine(visit: Visit): Line | undefined {
  if (!visit.anybodyOnline || visit.place === null) return undefined
  return visit.place <= 1 ? ['you.next'] : ['you.number', { n: visit.place }]
}
