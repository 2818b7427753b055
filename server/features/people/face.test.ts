// What a visitor sees of whoever answers, heard on the visitor's own socket.
import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { recordOf, set } from '../../testing/people.ts'

const house = openHouse()
/** So soon a visitor must see it. */
const SOON_MS = 1_000

/** An operator who answers a visitor, and everything that the visitor's browser is sent. */
async function conversation() {
  const floor = await furnish(house)
  const agent = await floor.operator({ firstName: 'Wilhelmina', lastName: 'Zonderland' })
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  const page = await visitor.live()
  const traffic: unknown[] = []
  page.socket.onAny((...message: unknown[]) => traffic.push(message))
  await page.watch(scope.visit(id), scope.chat(id))
  await agent.answer()
  const card = () => page.replica.get('visit', id)?.operator
  await page.until(card)
  const close = () => {
    page.close()
    agent.page.close()
  }
  return { floor, admin: floor.admin, agent, visitor, id, page, card, traffic, close }
}

const picture = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#0b7285' } })
    .jpeg()
    .toBuffer()

test('NX-13 LA-15 SW-14 SW-16: a visitor sees the alias, else the display name, within a second of saving', async () => {
  const { admin, agent, page, card, close } = await conversation()
  const seen = (name: string) => page.until(() => card()?.name === name, SOON_MS)
  expect(card()?.name).toBe('Wilhelmina')
  await set(admin, agent, { displayName: 'Mina of Shop' })
  await seen('Mina of Shop')
  await set(admin, agent, { alias: 'Sunny' })
  await seen('Sunny')
  await set(admin, agent, { alias: null })
  await seen('Mina of Shop')
  await set(admin, agent, { displayName: null })
  await seen('Wilhelmina')
  close()
})

test('NX-13: a site may have a display name of its own, which that site alone shows', async () => {
  const { floor, admin, agent, page, card, close } = await conversation()
  const other = await admin.call(sites.create, {
    body: {
      ...{ accountId: floor.organisationId, queueId: floor.queue.id, name: 'Second' },
      ...{ allowedOrigins: [], colour: '#0b7285', language: 'en' as const },
    },
  })
  const look = (displayName: string) => ({ displayName, description: null, showsPhoto: null })
  await set(admin, agent, { [fieldKey.site(other.id)]: look('Elsewhere') })
  await set(admin, agent, { [fieldKey.site(floor.site.id)]: look('Here') })
  await page.until(() => card()?.name === 'Here', SOON_MS)
  await set(admin, agent, { [fieldKey.site(floor.site.id)]: null })
  await page.until(() => card()?.name === 'Wilhelmina', SOON_MS)
  close()
})

test('LA-12 LA-16 NX-17: a photo is on the visitor’s screen within a second, and its address in nothing once it is not shown', async () => {
  const { admin, agent, page, card, traffic, visitor, close } = await conversation()
  const params = { id: agent.membershipId }
  const { status, body } = await admin.upload(people.setPhoto, await picture(), 'image/jpeg', {
    params,
  })
  expect(status).toBe(200)
  await page.until(() => card()?.photo === body.photo, SOON_MS)
  await set(admin, agent, { showsPhoto: false })
  await page.until(() => card()?.photo === null, SOON_MS)
  traffic.length = 0
  await set(admin, agent, { alias: 'Faceless' })
  await page.until(() => card()?.name === 'Faceless', SOON_MS)
  const sent = JSON.stringify([traffic, await visitor.call(visitors.chats)])
  expect(sent).not.toContain('/files/photos/')
  await set(admin, agent, { showsPhoto: true })
  await page.until(() => card()?.photo === body.photo, SOON_MS)
  await admin.call(people.removePhoto, { params })
  await page.until(() => card()?.photo === null, SOON_MS)
  expect((await recordOf(admin, agent)).photo).toBeNull()
  close()
})

test('NX-14: a description is sent while the site shows the operator’s card, and not at all while it does not', async () => {
  const { floor, admin, agent, visitor, page, card, close } = await conversation()
  await set(admin, agent, { description: 'Twenty years at sea' })
  await page.until(() => card()?.description === 'Twenty years at sea', SOON_MS)
  const { versions } = floor.site
  await admin.call(sites.change, {
    params: { id: floor.site.id },
    body: {
      set: { showsOperatorCard: false },
      base: { showsOperatorCard: versions['showsOperatorCard'] ?? 0 },
    },
  })
  await page.until(() => card() === null, SOON_MS)
  const late = await visitor.live()
  const traffic: unknown[] = []
  late.socket.onAny((...message: unknown[]) => traffic.push(message))
  const [visit] = await visitor.call(visitors.chats)
  await late.watch(scope.visit(visit?.id ?? ''), scope.chat(visit?.id ?? ''))
  await set(admin, agent, { description: 'Thirty years at sea' })
  await agent.call(chats.write, {
    params: { id: visit?.id ?? '' },
    body: { clientId: randomUUID(), body: 'Here I am' },
  })
  await late.until((replica) => replica.all('message').some((one) => one.body === 'Here I am'))
  expect(visit?.operator).toBeNull()
  expect(JSON.stringify([traffic, await visitor.call(visitors.chats)])).not.toContain('at sea')
  late.close()
  close()
})

test('W-5 SW-14 NX-7 SW-15: with a name for visitors, no real name, address or gender is in anything a visitor is sent', async () => {
  const { floor, admin, agent, visitor, id, page, card, traffic, close } = await conversation()
  await set(admin, agent, { displayName: 'Screen Name', gender: 'female' })
  await page.until(() => card()?.name === 'Screen Name', SOON_MS)
  await set(admin, agent, { alias: 'Sunny' })
  await page.until(() => card()?.name === 'Sunny', SOON_MS)
  traffic.length = 0
  const params = { id }
  await agent.call(chats.write, { params, body: { clientId: randomUUID(), body: 'Good day' } })
  await page.until((replica) => replica.all('message').some((one) => one.body === 'Good day'))
  const late = await visitor.live()
  late.socket.onAny((...message: unknown[]) => traffic.push(message))
  await late.watch(scope.visit(id), scope.chat(id))
  const answers = [
    await visitor.try(visitors.chats),
    await visitor.try(visitors.messages, { params }),
    await house.anyone.try(visitors.greet, { params: { key: floor.site.key } }),
  ].map(({ body, headers }) => [body, [...headers]])
  const sent = JSON.stringify([traffic, answers, [...late.replica.all('message')]])
  expect(sent).toContain('Good day')
  expect(sent).toContain('Sunny')
  for (const secret of ['Wilhelmina', 'Zonderland', 'Screen Name', agent.email, 'female'])
    expect(sent).not.toContain(secret)
  late.close()
  close()
})
