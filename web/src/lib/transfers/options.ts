// Where a chat can go, as a list to choose from: what is found by a few letters, and what stands in
// the way of each.
import type { TargetKind, TargetPerson, Targets } from '#contract/transfers.ts'

export interface Option {
  /** `<kind>:<id>` */
  key: string
  kind: TargetKind
  id: string
  name: string
  /** Somebody could take it now. */
  isFree: boolean
  /** It can be chosen. */
  isOpen: boolean
  person: TargetPerson | undefined
  /** Of a queue: who waits there. */
  waiting: number | undefined
  since: string | undefined
  /** Of a queue or a department: who is there, and who of them has room. */
  online: number
  free: number
}

interface Wanted {
  text: string
  freeOnly: boolean
  /** From above a person is given a chat outright, who need only be there. */
  isAbove: boolean
  /** A chat that waits goes to a person or to a queue. */
  isHeld: boolean
}

const THERE: ReadonlySet<string> = new Set([
  'available',
  'at_limit',
  'wrap_up',
  'busy',
  'finishing',
  'away',
  'not_answering',
])

/** The options that fit, people first, whoever is free before the others. */
export function optionsOf(targets: Targets, wanted: Wanted): Option[] {
  const all = [
    ...targets.people.map((person) => personOption(person, wanted.isAbove)).toSorted(freeFirst),
    ...targets.queues.map((queue): Option => {
      const { id, name, waiting, since, online, free } = queue
      return { ...crew('queue', id, name, online, free), waiting, since: since ?? undefined }
    }),
    ...(wanted.isHeld
      ? targets.departments.map(({ id, name, online, free }) =>
          crew('department', id, name, online, free),
        )
      : []),
  ]
  const text = plain(wanted.text.trim())
  return all.filter(
    ({ name, person, isFree }) =>
      (!wanted.freeOnly || isFree) &&
      (text === '' || plain(`${name} ${person?.department ?? ''}`).includes(text)),
  )
}

function personOption(person: TargetPerson, isAbove: boolean): Option {
  const isFree = person.status === 'available'
  return {
    key: `operator:${person.id}`,
    kind: 'operator',
    id: person.id,
    name: person.name,
    isFree,
    isOpen: isFree || person.takesHanded || (isAbove && THERE.has(person.status)),
    person,
    waiting: undefined,
    since: undefined,
    online: 1,
    free: isFree ? 1 : 0,
  }
}

function crew(kind: TargetKind, id: string, name: string, online: number, free: number): Option {
  return {
    key: `${kind}:${id}`,
    kind,
    id,
    name,
    isFree: free > 0,
    isOpen: true,
    person: undefined,
    waiting: undefined,
    since: undefined,
    online,
    free,
  }
}

function freeFirst(one: Option, other: Option): number {
  return Number(other.isFree) - Number(one.isFree) || Number(other.isOpen) - Number(one.isOpen)
}

/** Without accents and capitals: what is typed finds what is meant. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
