// What an accepted invitation gives: all of it, or what is left of it.
import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { history } from '#contract/history.ts'
import { invitations } from '#contract/invitations.ts'
import { notifications } from '#contract/notifications.ts'
import { people } from '#contract/people.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import { may, PERMISSIONS } from '#contract/permissions.ts'
import { queues } from '#contract/queues.ts'
import { session } from '#contract/session.ts'
import { sites } from '#contract/sites.ts'
import { users } from '#contract/users.ts'
import { caller } from '../../client/http.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, cookieOf, openInviting } from '../../testing/inviting.ts'

const house = openHouse()
const acme = openInviting(house)

const openQueue = (name: string, more: object = {}) =>
  acme.admin.call(queues.create, {
    body: {
      ...{ accountId: acme.organisationId, name, kind: 'live' },
      ...{ offerSeconds: 20, targetSeconds: 60, ...more },
    },
  })
const openSite = (name: string, queueId: string) =>
  acme.admin.call(sites.create, {
    body: {
      ...{ accountId: acme.organisationId, queueId, name, allowedOrigins: [] },
      ...{ colour: '#0b7285', language: 'en' },
    },
  })
const grantAt = (role: BuiltInRole, kind: 'account' | 'site', id: string) =>
  fieldKey.grant(acme.roleId(role), { kind, id })

async function accept(token: string) {
  const answer = await house.anyone.try(invitations.accept, acceptance(token))
  const me = caller(() => house.url, { cookie: cookieOf(answer.headers) })
  return { status: answer.status, body: answer.body, me }
}

async function recordOf(by: Person, email: string) {
  const person = (await by.call(users.list)).find((one) => one.email === email)
  return by.call(people.record, { params: { id: person?.id ?? '' } })
}

describe('sites', () => {
  test('NX-12, NX-15: no access, agent, or administrator, each of its own site; the report only where it was ticked', async () => {
    const queue = await openQueue('Of sites')
    const [none, first, second, third] = await Promise.all(
      ['None', 'First', 'Second', 'Third'].map((name) => openSite(name, queue.id)),
    )
    if (!none || !first || !second || !third) throw new Error('four sites')
    const set: Fields = {
      [grantAt('agent', 'site', first.id)]: true,
      [grantAt('correspondence', 'site', first.id)]: true,
      [grantAt('agent', 'site', second.id)]: true,
      [grantAt('site_administrator', 'site', third.id)]: true,
      [fieldKey.site(first.id)]: {
        displayName: 'Bo of First',
        description: null,
        showsPhoto: null,
      },
    }
    const { results } = await acme.admin.call(invitations.create, {
      body: { accountId: acme.organisationId, emails: ['of.sites@example.org'], set },
    })
    const { invitation } = results[0] ?? {}
    expect(invitation?.sites.toSorted()).toEqual([first.id, second.id, third.id].toSorted())
    const { link } = await acme.admin.call(invitations.link, {
      params: { id: invitation?.id ?? '' },
    })
    const { me } = await accept(link.split('#t=')[1] ?? '')
    const held = (await me.call(session.me)).grants
    const grants = held.map((one) => ({
      ...one,
      permissions: PERMISSIONS.filter((permission) => one.permissions.includes(permission)),
    }))
    const allowed = (siteId: string) =>
      PERMISSIONS.filter((permission) => may(grants, permission, [siteId, acme.organisationId]))
    expect(allowed(none.id)).toEqual([])
    expect(allowed(first.id)).toEqual(['chats.answer', 'reports.correspondence'])
    expect(allowed(second.id)).toEqual(['chats.answer'])
    expect(allowed(third.id)).toEqual(['setup.manage', 'reports.view', 'reports.correspondence'])
    const record = await recordOf(acme.admin, 'of.sites@example.org')
    expect(record.fields).toMatchObject(set)
    expect((await me.try(users.list)).status).toBe(403)
    expect((await me.try(history.list, { query: {} })).status).toBe(200)
    const key = grantAt('correspondence', 'site', first.id)
    const ofThird = grantAt('site_administrator', 'site', third.id)
    await acme.admin.call(people.change, {
      params: { id: record.id },
      body: { set: { [key]: null, [ofThird]: null }, base: { [key]: 1, [ofThird]: 1 } },
    })
    expect((await me.try(history.list, { query: {} })).status).toBe(403)
  })

  test('NX-15, NX-8: nobody gives a report that they may not read themselves', async () => {
    const site = await openSite('Reported', (await openQueue('Reported')).id)
    const by = await acme.inviter(
      'manager',
      await house.account(acme.organisationId, 'Report north'),
    )
    const set = { [grantAt('correspondence', 'site', site.id)]: true as const }
    const answer = await by.try(invitations.create, {
      body: { accountId: by.accountId, emails: ['r@example.org'], set },
    })
    expect([403, 404]).toContain(answer.status)
  })
})

describe('NX-20: what has vanished by the time somebody accepts', () => {
  test('is left out and said to them, and to the inviter in one alert; the rest applies', async () => {
    const by = await acme.inviter()
    const queue = await openQueue('Vanishing')
    const site = await openSite('Vanishing shop', queue.id)
    const department = await by.call(departments.create, {
      body: { accountId: acme.organisationId, name: 'Vanishing dept' },
    })
    const { token, email } = await acme.invited(by, {
      departments: [{ id: department.id }],
      queueIds: [queue.id],
      set: { [grantAt('agent', 'site', site.id)]: true },
    })
    await house.db.deleteFrom('departments').where('id', '=', department.id).execute()
    await house.db.deleteFrom('sites').where('id', '=', site.id).execute()
    const card = await house.anyone.call(invitations.look, { body: { token } })
    expect(card.gone.toSorted()).toEqual(['Agent · Vanishing shop', 'Vanishing dept'])
    const { body } = await accept(token)
    expect(body.gone.toSorted()).toEqual(card.gone.toSorted())
    const told = (await by.call(notifications.list)).filter(
      ({ kind }) => kind === 'invitation_lost_parts',
    )
    expect(told).toHaveLength(1)
    expect(told[0]?.data['lost']?.split(', ').toSorted()).toEqual(card.gone.toSorted())
    const record = await recordOf(by, email)
    expect(record.roles.map(({ roleKey, kind }) => [roleKey, kind])).toEqual([['agent', 'account']])
    expect(record.fields).toHaveProperty([fieldKey.queue(queue.id)])
  })

  test('an alias that somebody else has by now is left out too', async () => {
    const north = await house.account(acme.organisationId, 'Aliased')
    await house.db
      .updateTable('accounts')
      .set({ uniqueAliases: true })
      .where('id', '=', north)
      .execute()
    const by = await acme.inviter('administrator', north)
    const one = await acme.invited(by, { accountId: north, set: { alias: 'Robin' } })
    const other = await acme.invited(by, { accountId: north, set: { alias: 'Robin' } })
    expect((await accept(one.token)).body.gone).toEqual([])
    expect((await accept(other.token)).body.gone).toEqual(['Robin'])
    expect((await recordOf(by, other.email)).fields['alias']).toBeNull()
    const told = await by.call(notifications.list)
    expect(told.filter(({ kind }) => kind === 'invitation_lost_parts')).toHaveLength(1)
  })

  test('when no role is left, the invitation is withdrawn', async () => {
    const site = await openSite('Only shop', (await openQueue('Only')).id)
    const { results } = await acme.admin.call(invitations.create, {
      body: {
        ...{ accountId: acme.organisationId, emails: ['only.shop@example.org'] },
        set: { [grantAt('agent', 'site', site.id)]: true },
      },
    })
    const params = { id: results[0]?.invitation?.id ?? '' }
    const { link } = await acme.admin.call(invitations.link, { params })
    await house.db.deleteFrom('sites').where('id', '=', site.id).execute()
    const { status, body } = await accept(link.split('#t=')[1] ?? '')
    expect([status, body.error.code]).toEqual([410, 'invitation_revoked'])
  })
})

describe('W-9', () => {
  test('without a choice an agent ends in the preset queues of the branch; with one, in the chosen', async () => {
    const [chat, tasks, other] = [
      await openQueue('Chat', { isPreset: true }),
      await openQueue('Tasks', { isPreset: true, kind: 'deferred' }),
      await openQueue('By choice'),
    ]
    const elsewhere = await house.account(acme.organisationId, 'Preset south')
    await openQueue('Chat', { isPreset: true, accountId: elsewhere })
    const queuesOf = async (email: string) =>
      Object.keys((await recordOf(acme.admin, email)).fields).filter((key) =>
        key.startsWith('queue:'),
      )
    const north = await house.account(acme.organisationId, 'Preset north')
    const preset = await acme.invited(acme.admin, { accountId: north })
    expect(preset.invitation.queues.toSorted()).toEqual([chat.id, tasks.id].toSorted())
    await accept(preset.token)
    expect((await queuesOf(preset.email)).toSorted()).toEqual(
      [chat, tasks].map(({ id }) => fieldKey.queue(id)).toSorted(),
    )
    const chosen = await acme.invited(acme.admin, { queueIds: [other.id] })
    await accept(chosen.token)
    expect(await queuesOf(chosen.email)).toEqual([fieldKey.queue(other.id)])
    const viewer = await acme.invite(acme.admin, { roleId: acme.roleId('viewer') })
    expect(viewer.queues).toEqual([])
    await house.db.updateTable('queues').set({ isPreset: false }).execute()
  })
})

test('NX-24: one person in two accounts has another name and another role in each, and no new password', async () => {
  const other = await house.organisation('Beside')
  const boss = await house.person({ organisationId: other.id, role: 'administrator' })
  const bo = await house.person({ organisationId: other.id, role: 'agent', firstName: 'Bo' })
  const before = await boss.call(people.record, { params: { id: bo.membershipId } })
  const set = { displayName: 'Robin at Acme', gender: 'male' } as const
  const { token } = await acme.invited(acme.admin, {
    ...{ email: bo.email, roleId: acme.roleId('manager'), set },
  })
  const hash = () =>
    house.db.selectFrom('users').selectAll().where('id', '=', bo.userId).executeTakeFirstOrThrow()
  const { passwordHash, gender } = await hash()
  await bo.call(invitations.join, { body: { token } })
  expect(await hash()).toMatchObject({ passwordHash, gender })
  const here = await recordOf(acme.admin, bo.email)
  expect(here).toMatchObject({
    fields: { displayName: 'Robin at Acme' },
    roles: [{ roleKey: 'manager' }],
  })
  const there = await boss.call(people.record, { params: { id: bo.membershipId } })
  expect(there.fields).toEqual(before.fields)
  expect(there.roles).toEqual(before.roles)
})

describe('NX-18: all or nothing', () => {
  // The database refuses the transaction at its very end, as a server that is killed would leave it.
  async function failing(table: string, work: () => Promise<void>): Promise<void> {
    const { pool } = house.app.database
    await pool.query(`create function fail_now() returns trigger language plpgsql
      as $$ begin raise exception 'killed here'; end $$`)
    await pool.query(`create constraint trigger fail_now after insert on ${table}
      deferrable initially deferred for each row execute function fail_now()`)
    try {
      await work()
    } finally {
      await pool.query(`drop function fail_now cascade`)
    }
  }
  const counted = async (email: string) => {
    const { rows } = await house.app.database.pool.query(
      `select (select count(*)::int from invitations where email = $1 and state <> 'accepted') as invitations,
              (select count(*)::int from mail_outbox where to_email = $1) as mails,
              (select count(*)::int from users where email = $1) as users,
              (select count(*)::int from memberships m join users u on u.id = m.user_id where u.email = $1) as members`,
      [email],
    )
    return rows[0]
  }

  test('a sending that fails at its last step leaves no invitation and no mail, and can be done again', async () => {
    const by = await acme.inviter()
    const body = acme.wanted()
    const [email = ''] = body.emails
    await failing('mail_outbox', async () => {
      expect((await by.try(invitations.create, { body })).status).toBe(500)
    })
    expect(await counted(email)).toEqual({ invitations: 0, mails: 0, users: 0, members: 0 })
    await by.call(invitations.create, { body })
    expect(await counted(email)).toMatchObject({ invitations: 1, mails: 1 })
  })

  test('an acceptance that fails at its last step leaves the link as it was', async () => {
    const { token, email } = await acme.invited(await acme.inviter())
    await failing('audit_log', async () => {
      expect((await accept(token)).status).toBe(500)
    })
    expect(await counted(email)).toMatchObject({ invitations: 1, users: 0, members: 0 })
    expect((await accept(token)).status).toBe(200)
    expect(await counted(email)).toMatchObject({ invitations: 0, users: 1, members: 1 })
  })
})
