// History and the calls of whoever stands by, in a real browser: what rights give, they give at once.
import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { fieldKey } from '#contract/fields.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { users } from '#contract/users.ts'
import { type Floor, furnish, type Operator } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { go, grantKey, setFields } from '../server/testing/records.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let floor: Floor
let anna: Operator
let bo: Somebody
let bert: Operator
let chatId: string

beforeAll(async () => {
  floor = await furnish(house)
  anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders' })
  bert = await floor.operator({ firstName: 'Bert', lastName: 'Bakker', isAway: true })
  for (const body of ['Where is my parcel?', 'The invoice is wrong', 'Can I change my address?']) {
    const visitor = await floor.visitor()
    const { id } = await visitor.ask(body)
    const params = { id }
    await anna.answer()
    const says = { clientId: randomUUID(), body: 'Let me look that up for you.' }
    await anna.call(chats.write, { params, body: says })
    await anna.call(routing.close, { params })
    chatId = id
  }
  bo = await stage.enter('history', `${house.url}/desk`, { cookie: bert.cookie })
  bo.page.setDefaultTimeout(8_000)
})

let isBroken = false
beforeEach(({ skip }) => {
  skip(isBroken)
  onTestFailed(async () => {
    isBroken = true
    await bo.picture('broken')
  })
})

function found<T>(box: T | null): T {
  if (box === null) throw new Error('is drawn')
  return box
}

const entry = () => bo.page.getByRole('link', { name: 'History' })
const give = async (role: string, value: true | null) =>
  setFields(floor.admin, bert, {
    [await grantKey(floor, role, { kind: 'site', id: floor.site.id })]: value,
  })

test('NX-15 the entry comes into the menu with the right, and goes with it, on an open page', async () => {
  const { page } = bo
  await page.getByRole('heading', { name: 'My queues' }).waitFor()
  expect(await entry().count()).toBe(0)
  await give('correspondence', true)
  await entry().click()
  await page.getByRole('link', { name: /The invoice is wrong/ }).waitFor()
  await give('correspondence', null)
  await page.getByText('History is for whoever may read ended chats.').waitFor()
  expect(await entry().count()).toBe(0)
  await bo.picture('forbidden')
  await give('correspondence', true)
  await entry().waitFor()
  await page.getByRole('link', { name: /The invoice is wrong/ }).waitFor()
})

test('the list is searched as one types, and a chat is read beside it', async () => {
  const { page } = bo
  await page.getByRole('searchbox').fill('parcel')
  await expect
    .poll(() => page.getByRole('list', { name: 'Ended chats' }).getByRole('link').count())
    .toBe(1)
  await page.getByRole('searchbox').fill('nothing of the sort')
  await page.getByText('No ended chat fits what you ask for.').waitFor()
  await bo.picture('none')
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('link', { name: /change my address/ }).click()
  await page.getByText('Let me look that up for you.').waitFor()
  await page.getByText('Anna Aalders').last().waitFor()
  await bo.picture('read')
  await expectAccessible(page)
})

test('SW-11 without the right there is no button; with it the thread is handed on, and leaves the list', async () => {
  const { page } = bo
  expect(await page.getByRole('button', { name: 'Hand on' }).count()).toBe(0)
  await give('history_transfer', true)
  await page.getByRole('button', { name: 'Hand on' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Note for the team').fill('Asked twice already: be kind')
  await bo.picture('hand-on')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Hand on' }).click()
  await page.getByText('Handed on to Sales.').waitFor()
  await expect.poll(() => page.getByRole('link', { name: /change my address/ }).count()).toBe(0)
  expect((await anna.offered()).id).toBe(chatId)
  await anna.answer()
  const desk = await stage.enter('history-desk', `${house.url}/desk/${chatId}`, {
    cookie: anna.cookie,
  })
  await desk.page.bringToFront()
  await desk.page.getByText('Handed on by Bert').waitFor()
  await desk.page.getByText('be kind').waitFor()
  await desk.picture('handed-on')
  expect(desk.problems).toEqual([])
  await desk.context.close()
  await anna.call(routing.close, { params: { id: chatId } })
})

test('NX-16 what rings with all who stand by is taken on the Desk, or silenced', async () => {
  const { page } = bo
  await go(anna, 'away')
  const key = fieldKey.queue(floor.queue.id)
  await setFields(floor.admin, bert, { [key]: { participates: false, tier: 1 } })
  await page.getByRole('link', { name: 'Desk' }).click()
  await page.getByText('Stands by').waitFor()
  await go(bert, 'available')
  const visitor = await floor.visitor()
  const first = await visitor.ask('Hello?')
  await page.getByText('Rings for everyone who stands by').waitFor()
  await bo.picture('rings')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Mute' }).click()
  await expect.poll(() => page.getByText('Rings for everyone').count()).toBe(0)
  await (await floor.visitor()).ask('And me?')
  await page.getByRole('button', { name: 'Take' }).click()
  await page.getByText('And me?').first().waitFor()
  expect((await bert.call(routing.mine)).map(({ id }) => id)).not.toContain(first.id)
  expect(bo.problems).toEqual([])
  await floor.admin.call(queues.unassign, { params: { id: floor.queue.id, userId: bert.userId } })
})

test.each([
  ['narrow', { width: 390, height: 800 }],
  ['narrow-dark-nl', { width: 390, height: 800, scheme: 'dark', locale: 'nl' }],
  ['wide-dark', { scheme: 'dark' }],
] as const)('%s: the list and one chat fit', async (name, look) => {
  const { cookie } = floor.admin
  const language = 'locale' in look ? look.locale : 'en'
  await floor.admin.call(users.setLanguage, { body: { language } })
  const reader = await stage.enter(`history-${name}`, `${house.url}/history`, { ...look, cookie })
  const item = reader.page.getByRole('link', { name: /The invoice is wrong/ })
  await item.waitFor()
  await reader.picture('list')
  await expectAccessible(reader.page)
  await item.click()
  await reader.page.getByText('Let me look that up for you.').waitFor()
  await reader.picture('chat')
  const { x, width } = await reader.page.locator('.log').boundingBox().then(found)
  expect(x).toBeGreaterThanOrEqual(0)
  expect(x + width).toBeLessThanOrEqual('width' in look ? look.width : 1440)
  expect(reader.problems).toEqual([])
  await reader.context.close()
})
