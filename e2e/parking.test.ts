// A deferred chat in a real browser: set aside, its place goes to the next; its visitor writes, and it
// is the same operator's again.
import type { Frame, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { type Floor, furnish } from '../server/testing/floor.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

let floor: Floor
let anna: Person

beforeAll(async () => {
  floor = await furnish(house, { queue: { kind: 'deferred', name: 'Questions' } })
  const { organisationId, admin, queue } = floor
  anna = await house.person({ organisationId, role: 'agent', firstName: 'Anna' })
  await admin.call(queues.assign, { params: { id: queue.id, userId: anna.userId } })
  await anna.call(queues.join, { params: { id: queue.id } })
  await admin.call(routing.setLimit, {
    params: { id: anna.userId },
    body: { kind: 'deferred', limit: 1, version: 1 },
  })
})

/** The widget's frame stands in a closed shadow root: out of reach of every selector of the page. */
async function openWidget(page: Page): Promise<Frame> {
  await page.mouse.click(1440 - 48, 900 - 48)
  await expect.poll(() => page.frames().length, { timeout: 10_000 }).toBe(2)
  const [, frame] = page.frames()
  if (!frame) throw new Error('the widget has gone')
  return frame
}

test('QU-6 a chat that is parked frees its place, and is the same operator’s again when its visitor writes', async () => {
  const desk = await stage.enter('parking-anna', `${house.url}/desk`, { cookie: anna.cookie })
  const { page } = desk
  await page.getByRole('heading', { name: 'My queues' }).waitFor()
  await anna.call(presence.choose, { body: { availability: 'available' } })
  const vera = await stage.enter('parking-vera', `${house.url}/demo?key=${floor.site.key}`)
  const widget = await openWidget(vera.page)
  await widget.getByLabel('Your message').fill('Is it in stock?')
  await widget.getByRole('button', { name: 'Start chat' }).click()
  await page.getByRole('button', { name: 'Accept' }).waitFor()
  await page.keyboard.press('a')
  await page.getByLabel(/^Write to/).fill('I will ask the shop.')
  await page.keyboard.press('Enter')
  await widget.getByText('I will ask the shop.').waitFor()

  const second = await floor.visitor()
  await second.ask('And my order?')
  await page.getByLabel(/^Write to/).press('Escape')
  await page.keyboard.press('p')
  await page.getByText(/^You parked this chat/).waitFor()
  await expectAccessible(page)
  await desk.picture('1-parked')
  // The place is the next visitor's.
  await page.getByRole('button', { name: 'Accept' }).waitFor()
  await page.keyboard.press('a')
  await page.getByRole('link', { name: /And my order\?/ }).waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Take back' }).count()).toBe(0)
  await desk.picture('2-next')
  await page.getByLabel(/^Write to/).press('Escape')
  await page.keyboard.press('e')
  await page.getByText(/^End the chat with/).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Parked' }).waitFor()

  expect(await widget.getByText(/is away|waiting/i).count()).toBe(0)
  await widget.getByLabel(/message/i).fill('Any news?')
  await widget.getByLabel(/message/i).press('Enter')
  await page.getByText(/has written\. The chat is with you again\./).waitFor()
  await page.getByRole('heading', { name: 'Parked' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /Any news\?/ }).click()
  await page.getByLabel(/^Write to/).waitFor()
  await desk.picture('3-back')
  expect(await anna.call(routing.mine)).toMatchObject([
    { state: 'active', operatorId: anna.userId },
  ])
  expect([...desk.problems, ...vera.problems]).toEqual([])
})
