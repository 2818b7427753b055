// A limit in units set from the Wall while people work, why it counts, and the pace of a queue, in a
// real browser.
import { expect, onTestFailed, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { users } from '#contract/users.ts'
import { furnish, until } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

test('QU-5 a supervisor limits somebody’s units on the Wall, sees what that leaves, and why a chat waits', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders', liveLimit: 3 })
  await (await floor.visitor()).ask()
  await anna.answer()
  const { cookie } = floor.admin
  const at = `${house.url}/wall?list=queue:${floor.queue.id}`
  const { page, picture, problems } = await stage.enter('units', at, { cookie })
  page.setDefaultTimeout(8_000)
  onTestFailed(() => picture('broken'))
  await page
    .getByRole('button', { name: /^Anna Aalders/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'All limits…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Limits of Anna Aalders' })
  await dialog.getByText('Without a limit in units each kind has its own room.').waitFor()
  await dialog.getByRole('button', { name: /Change the unit limit/ }).click()
  await dialog.getByLabel('Unit limit of Anna Aalders').fill('1')
  await page.keyboard.press('Enter')
  await dialog.getByText('Live chats: 1 of 3, for 1 of 1 units are used.').waitFor()
  expect((await anna.call(presence.mine)).units).toMatchObject({ used: 1, limit: 1 })
  await picture('limits')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await (await floor.visitor()).ask()
  await page.getByRole('button', { name: 'Why? Visitor', exact: true }).click()
  const why = page.getByRole('dialog')
  await why.getByText(/nobody who has joined Sales has room: 1 without units left/).waitFor()
  await why.getByText('1 of 3: 1 of 1 units are used').waitFor()
  await picture('why')
  expect(problems).toEqual([])
})

test('QU-18 an administrator gives whoever serves a queue time between two chats', async () => {
  const { admin, queue } = await furnish(house)
  const { cookie } = admin
  const at = `${house.url}/setup/queues`
  const { page, picture, problems } = await stage.enter('pace', at, { cookie })
  page.setDefaultTimeout(8_000)
  onTestFailed(() => picture('broken'))
  await page.getByRole('button', { name: 'Sales', exact: true }).click()
  const pace = page.getByRole('region', { name: 'Pace' })
  await pace.getByRole('checkbox', { name: 'Without a pause' }).uncheck()
  await pace.getByLabel('Seconds between two chats').fill('30')
  await pace.getByRole('checkbox', { name: 'Any number' }).uncheck()
  await pace.getByLabel('Units that a chat weighs').fill('2')
  await picture('queue')
  await expectAccessible(page)
  await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).first().click()
  const now = () => admin.call(queues.list).then((all) => all.find(({ id }) => id === queue.id))
  await until(async () => ((await now())?.cooldownSeconds === 30 ? true : undefined))
  expect(await now()).toMatchObject({ burstMost: 5, burstSeconds: 60, chatUnits: 2 })
  expect(problems).toEqual([])
})

test('QU-5 an administrator limits what one holds of a queue: Why on the Wall and the Desk say so', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders', liveLimit: 5 })
  const { cookie } = floor.admin
  const setup = await stage.enter('held-limit', `${house.url}/setup/queues`, { cookie })
  setup.page.setDefaultTimeout(8_000)
  onTestFailed(() => setup.picture('broken'))
  await setup.page.getByRole('button', { name: 'Sales', exact: true }).click()
  const pace = setup.page.getByRole('region', { name: 'Pace' })
  await pace.getByRole('checkbox', { name: 'As their own limits allow' }).uncheck()
  await pace.getByLabel('Chats held at once').fill('1')
  await setup.picture('queue')
  await expectAccessible(setup.page)
  await setup.page.getByRole('dialog').getByRole('button', { name: /^Save/ }).first().click()
  const now = () => floor.admin.call(queues.list).then(([queue]) => queue?.heldLimit)
  await until(async () => ((await now()) === 1 ? true : undefined))

  await (await floor.visitor()).ask()
  await anna.answer()
  await (await floor.visitor()).ask()
  const wall = `${house.url}/wall?list=queue:${floor.queue.id}`
  await setup.page.goto(wall)
  await setup.page.getByRole('button', { name: 'Why? Visitor', exact: true }).click()
  const why = setup.page.getByRole('dialog')
  await why.getByText(/nobody who has joined Sales has room: 1 at the limit of the queue/).waitFor()
  await why.getByText('1 of 1 that the queue lets one hold').waitFor()
  await setup.picture('why')
  await expectAccessible(setup.page)

  await anna.call(users.setLanguage, { body: { language: 'nl' } })
  const look = { width: 390, height: 844, scheme: 'dark', locale: 'nl' } as const
  const desk = await stage.enter('held-limit-desk', `${house.url}/desk`, {
    ...look,
    cookie: anna.cookie,
  })
  onTestFailed(() => desk.picture('broken'))
  await desk.page.getByText('1 van 1 bij u').first().waitFor()
  await desk.picture('queues')
  expect([...setup.problems, ...desk.problems]).toEqual([])
})
