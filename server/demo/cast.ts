// Who and what the demo floor is made of.
import type { BuiltInRole } from '#contract/permissions.ts'

export const ORGANISATION = 'Noordzee Contact'

/** Accounts below the organisation, by the name of the one above. */
export const ACCOUNTS = [
  { name: 'Netherlands', above: null, kind: 'group' },
  { name: 'Germany', above: null, kind: 'group' },
  { name: 'Rotterdam', above: 'Netherlands', kind: 'location' },
  { name: 'Utrecht', above: 'Netherlands', kind: 'location' },
  { name: 'Hamburg', above: 'Germany', kind: 'location' },
] as const

export const DEPARTMENTS = ['Service', 'Sales', 'Billing', 'Technical'] as const

export const QUEUES = [
  { name: 'Service NL', kind: 'live', targetSeconds: 60, offerSeconds: 20, isPreset: true },
  { name: 'Sales NL', kind: 'live', targetSeconds: 45, offerSeconds: 20 },
  { name: 'Billing', kind: 'live', targetSeconds: 90, offerSeconds: 25 },
  { name: 'Technical', kind: 'live', targetSeconds: 120, offerSeconds: 25 },
] as const

/** Supervisors' groups: the agents of a department who report to one supervisor. */
export const GROUPS = [
  { name: 'Team Femke', department: 'Service', supervisor: 'Femke' },
  { name: 'Sales desk', department: 'Sales', supervisor: 'Femke' },
] as const

export const SKILLS = ['Dutch', 'German', 'Returns'] as const

export type QueueName = (typeof QUEUES)[number]['name']
export type DepartmentName = (typeof DEPARTMENTS)[number]

export interface CastMember {
  first: string
  last: string
  role: BuiltInRole
  department: DepartmentName
  position: string
  queues: readonly QueueName[]
  limit: number
  /** Played by the demo itself; the others are for whoever tries it. */
  isSynthetic: boolean
}

const agent = (
  first: string,
  last: string,
  department: DepartmentName,
  queues: readonly QueueName[],
  limit: number,
): CastMember => ({
  first,
  last,
  role: 'agent',
  department,
  position: limit > 4 ? 'Senior operator' : 'Operator',
  queues,
  limit,
  isSynthetic: true,
})

const ALL: readonly QueueName[] = ['Service NL', 'Sales NL', 'Billing', 'Technical']

/** The first of each role is the one that the printed page signs in as. */
export const CAST: readonly CastMember[] = [
  {
    first: 'Hanna',
    last: 'Schulz',
    role: 'administrator',
    department: 'Service',
    position: 'Head of contact',
    queues: [],
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Femke',
    last: 'Jansen',
    role: 'supervisor',
    department: 'Service',
    position: 'Team lead',
    queues: ALL,
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Bo',
    last: 'van Dijk',
    role: 'agent',
    department: 'Service',
    position: 'Operator',
    queues: ALL,
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Umut',
    last: 'Demir',
    role: 'administrator',
    department: 'Technical',
    position: 'Systems',
    queues: [],
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Vera',
    last: 'Novák',
    role: 'manager',
    department: 'Sales',
    position: 'Manager',
    queues: [],
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Sven',
    last: 'Dahl',
    role: 'supervisor',
    department: 'Technical',
    position: 'Team lead',
    queues: ['Technical'],
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Rosa',
    last: 'Marino',
    role: 'viewer',
    department: 'Billing',
    position: 'Controller',
    queues: [],
    limit: 3,
    isSynthetic: false,
  },
  {
    first: 'Tess',
    last: 'Kuipers',
    role: 'tester',
    department: 'Technical',
    position: 'Tester',
    queues: [],
    limit: 3,
    isSynthetic: false,
  },
  agent('Ada', 'Verbeek', 'Sales', ['Sales NL', 'Service NL'], 4),
  agent('Boris', 'Ivanov', 'Service', ['Service NL', 'Technical'], 3),
  agent('Chloé', 'Martin', 'Billing', ['Billing', 'Service NL'], 5),
  agent('Daan', 'de Vries', 'Technical', ['Technical'], 4),
  agent('Elif', 'Kaya', 'Sales', ['Sales NL', 'Billing'], 3),
  agent('Göran', 'Lund', 'Service', ['Service NL'], 3),
  agent('Ivan', 'Petrov', 'Service', ['Service NL', 'Billing'], 4),
  agent('Jasmijn', 'Bos', 'Sales', ['Sales NL'], 6),
  agent('Karl', 'Weber', 'Technical', ['Technical', 'Service NL'], 4),
  agent('Lotte', 'Smit', 'Service', ['Service NL', 'Sales NL'], 3),
  agent('Mila', 'Kovač', 'Billing', ['Billing'], 5),
  agent('Noor', 'Haddad', 'Service', ['Service NL'], 4),
  agent('Olga', 'Smirnova', 'Technical', ['Technical', 'Billing'], 3),
  agent('Piet', 'Mulder', 'Sales', ['Sales NL', 'Service NL'], 4),
  agent('Quinn', 'Foster', 'Service', ['Service NL'], 3),
  agent('Wim', 'Peeters', 'Billing', ['Billing', 'Technical'], 4),
]

/** `ada.verbeek@noordzee.example`: letters outside ASCII lose their marks. */
export function addressOf({ first, last }: CastMember): string {
  const plain = `${first}.${last}`.normalize('NFD').replace(/[^A-Za-z.]/g, '')
  return `${plain.toLowerCase()}@noordzee.example`
}
