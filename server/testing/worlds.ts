// Accounts with everything in them, next to each other: what belongs to one must not exist for the
// people of another.
import { randomUUID } from 'node:crypto'
import { departments } from '#contract/departments.ts'
import { fieldKey } from '#contract/fields.ts'
import { groups } from '#contract/groups.ts'
import { hours } from '#contract/hours.ts'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { invitations } from '#contract/invitations.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { mySecurity } from '#contract/security.ts'
import { sites } from '#contract/sites.ts'
import { skills } from '#contract/skills.ts'
import { statuses } from '#contract/statuses.ts'
import { transfers } from '#contract/transfers.ts'
import { users } from '#contract/users.ts'
import { visitors } from '#contract/visitors.ts'
import type { Caller } from '../client/http.ts'
import * as notifications from '../features/notifications/queries.ts'
import { until } from './floor.ts'
import type { House, Person } from './house.ts'
import { tokenFor } from './inviting.ts'

/** One object of every kind that a door names. */
export interface Ids {
  organisation: string
  account: string
  department: string
  group: string
  skill: string
  hours: string
  status: string
  site: string
  role: string
  queue: string
  administrator: string
  /** An operator who serves nothing. */
  user: string
  membership: string
  /** The membership of somebody with no part in anything else, and a session of theirs. */
  colleague: string
  session: string
  invitation: string
  /** An invitation that was never sent. */
  draft: string
  /** The administrator's. */
  notification: string
  /** Of the agent. */
  offer: string
  chat: string
  /** Of `chat`, to a queue where nobody else is. */
  transfer: string
  /** A run of the simulator that is over. */
  simulation: string
}

export interface World {
  ids: Ids
  siteId: string
  siteKey: string
  admin: Person
  /** Holds `chat` and is offered `offer`. */
  agent: Person
  idler: Person
  /** Whose chat it is. */
  visitor: Caller & { token: string }
}

const LUNCH = {
  ...({ name: 'Lunch', availability: 'away', icon: 'meal', colour: 'amber' } as const),
  ...{ accepts: null, isPaid: false, maxMinutes: 30, departmentIds: null },
}

/** Furnishes an account; its administrator and operators work there and nowhere else. */
export async function openWorld(
  house: House,
  organisationId: string,
  accountId: string,
): Promise<World> {
  const at = { organisationId, accountId }
  const admin = await house.person({ ...at, role: 'administrator' })
  const idler = await house.person({ ...at, role: 'agent' })
  const agent = await house.person({ ...at, role: 'agent' })
  const department = await admin.call(departments.create, { body: { accountId, name: 'Care' } })
  const group = await admin.call(groups.create, {
    body: { departmentId: department.id, name: 'Early shift', supervisorUserId: admin.userId },
  })
  const skill = await admin.call(skills.create, { body: { accountId, name: 'French' } })
  const { queue, site } = await openDoor(admin, accountId)
  await seat(admin, agent, queue.id)
  const visitor = await comeIn(house, site.key)
  const chat = await offered(agent, visitor)
  await agent.call(routing.accept, { params: { id: chat.offer?.id ?? '' } })
  const next = await offered(agent, await comeIn(house, site.key))
  const { roleId, invitationId } = await invite(house, admin)
  const draft = await admin.call(invitationDrafts.save, {
    body: { accountId, emails: [], set: {}, step: 1 },
  })
  const ids = {
    organisation: organisationId,
    account: accountId,
    department: department.id,
    group: group.id,
    skill: skill.id,
    hours: await openCalendar(admin, accountId),
    status: (await admin.call(statuses.create, { body: { accountId, ...LUNCH } })).id,
    site: site.id,
    role: roleId,
    queue: queue.id,
    administrator: admin.userId,
    user: idler.userId,
    membership: idler.membershipId,
    ...(await signedIn(house, at)),
    invitation: invitationId,
    draft: draft.id,
    notification: await notify(house, admin),
    offer: next.offer?.id ?? '',
    chat: chat.id,
    transfer: await handOn(house, agent, chat.id, queue.id),
    simulation: await oldRun(house, organisationId, queue.id),
  }
  return { ids, siteId: site.id, siteKey: site.key, admin, agent, idler, visitor }
}

/** Of no queue. */
async function openCalendar(admin: Person, accountId: string): Promise<string> {
  const never = { timeZone: 'UTC', week: Array.from({ length: 7 }, () => []), exceptions: [] }
  return (await admin.call(hours.create, { body: { accountId, name: 'Office', ...never } })).id
}

async function openDoor(admin: Person, accountId: string) {
  const queue = await admin.call(queues.create, {
    body: { accountId, name: 'Sales', kind: 'live', offerSeconds: 300, targetSeconds: 60 },
  })
  const site = await admin.call(sites.create, {
    body: {
      ...{ accountId, queueId: queue.id, name: 'Shop', allowedOrigins: [] },
      ...{ colour: '#0b7285', language: 'en' as const },
    },
  })
  return { queue, site }
}

async function seat(admin: Person, agent: Person, queueId: string): Promise<void> {
  await admin.call(queues.assign, { params: { id: queueId, userId: agent.userId } })
  await agent.live()
  await agent.call(queues.join, { params: { id: queueId } })
  await agent.call(presence.choose, { body: { availability: 'available' } })
}

/** A visitor of the site; what earlier ones have used up is forgotten. */
export async function comeIn(house: House, siteKey: string): Promise<Caller & { token: string }> {
  await house.db.deleteFrom('throttles').execute()
  const { token } = await house.anyone.call(visitors.begin, { body: { siteKey } })
  return { ...house.visitor(token), token }
}

async function offered(agent: Person, visitor: Caller): Promise<Chat> {
  const body = { id: randomUUID(), clientId: randomUUID(), body: 'Is anybody there?' }
  await visitor.call(visitors.ask, { body })
  return until(async () =>
    (await agent.call(routing.mine)).find((chat) => chat.id === body.id && chat.offer !== null),
  )
}

/** Long enough under way for whatever is tried with it. */
async function handOn(house: House, agent: Person, chatId: string, queueId: string) {
  await house.db.updateTable('accounts').set({ transferSeconds: 3_600 }).execute()
  const body = { id: randomUUID(), to: { kind: 'queue' as const, id: queueId } }
  return (await agent.call(transfers.begin, { params: { id: chatId }, body })).id
}

async function oldRun(house: House, organisationId: string, queueId: string): Promise<string> {
  const [id, at] = [randomUUID(), new Date().toISOString()]
  const line = {
    ...{ queueId, operators: 1, limit: 3, arrivalsPerHour: 60, heldSeconds: 300 },
    ...{ patienceSeconds: 300, acceptSeconds: 5, missedPercent: 0 },
  }
  const standing = {
    ...{ id, state: 'ended', ended: 'stopped', startedAt: at, endsAt: at, endedAt: at },
    ...{ settings: { lines: [line], speed: 10, minutes: 5 }, seconds: 0, connected: 0 },
    ...{ lines: [], points: [], faults: [] },
    proof: { checks: 0, overLimit: 0, lost: 0, doubled: 0, brokenChecks: 0 },
  }
  await house.db
    .insertInto('simulations')
    .values({
      ...{ organisationId, id, state: 'ended', ended: 'stopped', endsAt: at, endedAt: at },
      ...{ leaseUntil: at, standing: JSON.stringify(standing) },
      settings: JSON.stringify(standing.settings),
    })
    .execute()
  return id
}

async function invite(house: House, admin: Person) {
  const roles = await admin.call(users.roles)
  const roleId = roles.find(({ key }) => key === 'agent')?.id ?? ''
  const email = `invited.${randomUUID().slice(0, 8)}@example.org`
  const set = { [fieldKey.grant(roleId, { kind: 'account', id: admin.accountId })]: true }
  const { results } = await admin.call(invitations.create, {
    body: { accountId: admin.accountId, emails: [email], set },
  })
  // Until the mail is out, the invitation moves by itself.
  await tokenFor(house, email)
  return { roleId, invitationId: results[0]?.invitation?.id ?? '' }
}

async function notify(house: House, { organisationId, userId }: Person): Promise<string> {
  const wanted = { userId, kind: 'invitation_accepted', data: { name: 'Bo' } } as const
  const now = new Date().toISOString()
  return (await notifications.insert(house.db, organisationId, wanted, now)).id
}

async function signedIn(house: House, at: { organisationId: string; accountId: string }) {
  const colleague = await house.person({ ...at, role: 'viewer' })
  const [session] = await colleague.call(mySecurity.sessions)
  return { colleague: colleague.membershipId, session: session?.id ?? '' }
}
