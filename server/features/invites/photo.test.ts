// A photo that is chosen with the invitation, or by whoever is invited: the same record.
import { expect, test } from 'vitest'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { invitations as api } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { photos } from '#contract/users.ts'
import { browserWith, cookieOf } from '../../testing/browsers.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, openInviting } from '../../testing/inviting.ts'
import { picture } from '../../testing/pictures.ts'

const house = openHouse()
const inviting = openInviting(house)

const JPEG = 'image/jpeg'
const choose = async (by: Person, id: string, bytes?: Uint8Array, type = JPEG) =>
  by.upload(api.setPhoto, bytes ?? (await picture().jpeg().toBuffer()), type, { params: { id } })

async function accept(token: string) {
  const answer = await house.anyone.try(api.accept, acceptance(token))
  expect(answer.status).toBe(200)
  return browserWith(house, cookieOf(answer.headers))
}

/** What is kept of a user's photo, as it is kept. */
async function recordOf(photo: string | null) {
  const id = photo?.split('/')[3] ?? ''
  const files = await house.db
    .selectFrom('photoFiles')
    .select('pixels')
    .where('photoId', '=', id)
    .orderBy('pixels')
    .execute()
  const row = await house.db
    .selectFrom('photos')
    .select(['userId', 'invitationId', 'organisationId'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const users = await house.db.selectFrom('users').select('id').where('photoId', '=', id).execute()
  return {
    pixels: files.map(({ pixels }) => pixels),
    isUsersOwn: row.userId === users[0]?.id,
    waits: [row.invitationId, row.organisationId],
  }
}

test('W-4, SW-18, NX-17: a photo of the invitation becomes the user’s, as one that they choose later: the same record', async () => {
  const { admin } = inviting
  const invited = await inviting.invited(admin)
  const page = await admin.live()
  const people = scope.people(inviting.organisationId)
  await page.watch(people)
  const { body } = await choose(admin, invited.invitation.id)
  await page.until(
    () => page.replica.get('invitation', invited.invitation.id)?.photo === body.photo,
  )
  await expectSync(page, admin, people)
  const at = await accept(invited.token)
  const me = await at.call(session.me)
  expect(me.photo).toBe(body.photo)
  const later = await accept((await inviting.invited(admin)).token)
  expect((await later.call(session.me)).photo).toBeNull()
  const own = await later.upload(photos.setMine, await picture().png().toBuffer(), 'image/png')
  expect(await recordOf(me.photo)).toEqual(await recordOf(own.body.photo))
  expect((await recordOf(me.photo)).waits).toEqual([null, null])
  // Either way it is the user's to change from then on.
  for (const browser of [at, later]) {
    expect((await browser.try(photos.removeMine)).status).toBe(200)
    expect((await browser.call(session.me)).photo).toBeNull()
  }
  await expectSync(page, admin, people)
})

test('W-4: somebody who has a photo keeps theirs, and the other one goes', async () => {
  const { admin } = inviting
  const who = await house.person({ organisationId: (await house.organisation()).id, role: 'agent' })
  const own = await who.upload(photos.setMine, await picture().jpeg().toBuffer(), JPEG)
  const { invitation, token } = await inviting.invited(admin, { email: who.email })
  const { body } = await choose(admin, invitation.id)
  await who.call(api.join, { body: { token } })
  expect((await who.call(session.me)).photo).toBe(own.body.photo)
  expect((await fetch(`${house.url}${body.photo}`)).status).toBe(404)
})

test('W-4: it is replaced, removed, and kept from a draft until it is sent', async () => {
  const { admin, organisationId } = inviting
  const draft = await admin.call(invitationDrafts.save, {
    body: { accountId: organisationId, emails: [], set: {}, step: 1 },
  })
  const first = await choose(admin, draft.id)
  const second = await choose(admin, draft.id)
  expect((await fetch(`${house.url}${first.body.photo}`)).status).toBe(404)
  const invitation = await inviting.invite(admin, { draftId: draft.id })
  expect([invitation.id, invitation.photo]).toEqual([draft.id, second.body.photo])
  await admin.call(api.removePhoto, { params: { id: draft.id } })
  const [row] = (await admin.call(api.list)).filter(({ id }) => id === draft.id)
  expect(row?.photo).toBeNull()
  expect((await fetch(`${house.url}${second.body.photo}`)).status).toBe(404)
})

test('W-4, NX-17: what is no photo is refused, as is one for an invitation that is over or not theirs to manage', async () => {
  const { admin } = inviting
  const { invitation, token } = await inviting.invited(admin)
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
  expect((await choose(admin, invitation.id, svg, 'image/svg+xml')).status).toBe(415)
  expect((await choose(admin, invitation.id, Buffer.alloc(20 * 1024 * 1024), JPEG)).status).toBe(
    413,
  )
  const away = await house.person({
    organisationId: (await house.organisation()).id,
    role: 'administrator',
  })
  expect((await choose(away, invitation.id)).status).toBe(404)
  const agent = await house.person({ organisationId: inviting.organisationId, role: 'agent' })
  expect((await choose(agent, invitation.id)).status).toBe(403)
  await accept(token)
  expect((await choose(admin, invitation.id)).body.error.code).toBe('wrong_status')
  const [row] = (await admin.call(api.list)).filter(({ id }) => id === invitation.id)
  const record = await admin.call(people.record, { params: { id: row?.membershipId ?? '' } })
  expect(record.photo).toBeNull()
})
