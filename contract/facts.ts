// Everything that can be told to a screen: every kind of live row and its shape.
import type { TSchema } from 'typebox'
import { Account } from './accounts.ts'
import { Message } from './chats.ts'
import { Department } from './departments.ts'
import { Group } from './groups.ts'
import { Hours, Opening } from './hours.ts'
import { Invitation } from './invitations.ts'
import { Notification } from './notifications.ts'
import { PersonRecord } from './people.ts'
import { Operator } from './presence.ts'
import { ProofTurn } from './proof.ts'
import { Queue, QueueMember } from './queues.ts'
import { Chat } from './routing.ts'
import { Simulation } from './simulator.ts'
import { Site } from './sites.ts'
import { Skill } from './skills.ts'
import { Status } from './statuses.ts'
import { Person, Role } from './users.ts'
import { Visit } from './visitors.ts'

/** The rows that frames carry. A key that a schema does not name never leaves the server. */
export const liveRows = {
  account: Account,
  department: Department,
  group: Group,
  skill: Skill,
  status: Status,
  role: Role,
  person: Person,
  record: PersonRecord,
  invitation: Invitation,
  queue: Queue,
  hours: Hours,
  opening: Opening,
  queue_member: QueueMember,
  site: Site,
  operator: Operator,
  chat: Chat,
  message: Message,
  visit: Visit,
  notification: Notification,
  proof: ProofTurn,
  simulation: Simulation,
} as const satisfies Record<string, TSchema>

export type LiveKind = keyof typeof liveRows

export interface LiveRow {
  account: Account
  department: Department
  group: Group
  skill: Skill
  status: Status
  role: Role
  person: Person
  record: PersonRecord
  invitation: Invitation
  queue: Queue
  hours: Hours
  opening: Opening
  queue_member: QueueMember
  site: Site
  operator: Operator
  chat: Chat
  message: Message
  visit: Visit
  notification: Notification
  proof: ProofTurn
  simulation: Simulation
}
