// A queue as its administrator shapes it, and what comes of it on the Desk, in a real browser.
import { expect, onTestFailed, test } from 'vitest'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { furnish, until } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()
const SOON = { timeout: 8_000 }

test('QU-4 QU-11 QU-16 an administrator says who is asked first, on which level, and where chats go on to', async () => {
  const floor = await furnish(house)
  const { admin, organisationId: accountId, queue } = floor
  const times = { offerSeconds: 20, targetSeconds: 60 }
  const second = await admin.call(queues.create, {
    body: { accountId, name: 'Second line', kind: 'live', ...times },
  })
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders', isAway: true })
  await floor.operator({ firstName: 'Bert', lastName: 'Bakker', isAway: true })
  const { cookie } = admin
  const { page, picture, problems } = await stage.enter('queues', `${house.url}/setup/queues`, {
    cookie,
  })
  page.setDefaultTimeout(8_000)
  onTestFailed(() => picture('broken'))
  await page.getByRole('button', { name: 'Sales', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /^Picked by hand/ }).check()
  await dialog.getByLabel('Time to finish after a chat (seconds)').fill('600')
  await dialog.getByLabel('Chats go on to').selectOption({ label: 'Second line' })
  await dialog.getByRole('checkbox', { name: /However long it waits/ }).uncheck()
  await dialog.getByRole('button', { name: /^Save/ }).first().click()
  const now = () => admin.call(queues.list).then((all) => all.find(({ id }) => id === queue.id))
  await until(async () => ((await now())?.strategy === 'manual_pick' ? true : undefined))
  expect(await now()).toMatchObject({
    ...{ wrapUpSeconds: 600, overflowQueueId: second.id, overflowAfterSeconds: 120 },
  })
  await expectAccessible(page)

  // One step down with the keyboard, and back by hand.
  const tierOf = async () =>
    (await admin.call(queues.members, { params: { id: queue.id } })).find(
      ({ userId }) => userId === anna.userId,
    )?.tier
  await dialog.getByRole('button', { name: 'Move Anna Aalders' }).focus()
  await page.keyboard.press('ArrowDown')
  await dialog.getByRole('region', { name: 'Level 2' }).getByText('Anna Aalders').waitFor()
  expect(await tierOf()).toBe(2)
  await picture('levels')
  await dialog
    .getByRole('region', { name: 'Level 2' })
    .getByRole('listitem')
    .dragTo(dialog.getByRole('region', { name: 'Level 1' }))
  await dialog.getByRole('region', { name: 'Level 1' }).getByText('Anna Aalders').waitFor()
  expect(await tierOf()).toBe(1)
  expect(problems).toEqual([])
})

test('QU-4 QU-16 an operator picks a chat from the list, ends it, and is done with what comes after', async () => {
  const floor = await furnish(house)
  const { admin, queue } = floor
  await admin.call(queues.change, {
    params: { id: queue.id },
    body: { set: { strategy: 'manual_pick', wrapUpSeconds: 600 }, base: queue.versions },
  })
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders' })
  await (await floor.visitor()).ask('Where is my parcel?')
  await (await floor.visitor()).ask('Is it open on Sunday?')
  const { cookie } = anna
  const { page, picture, problems } = await stage.enter('picking', `${house.url}/desk`, { cookie })
  page.setDefaultTimeout(8_000)
  onTestFailed(() => picture('broken'))
  const list = page.getByRole('region', { name: /Waiting to be picked/ })
  await expect.poll(() => list.getByRole('listitem').count(), SOON).toBe(2)
  await picture('list')
  await expectAccessible(page)
  await list
    .getByRole('button', { name: /^Take the chat of/ })
    .first()
    .click()
  await expect.poll(() => list.getByRole('listitem').count(), SOON).toBe(1)
  await expect.poll(() => page.url(), SOON).toMatch(/\/desk\/.+/)
  const [{ id } = { id: '' }] = await anna.call(routing.mine)
  await anna.call(routing.close, { params: { id } })
  await page.getByText(/Wrap-up: (10:00|09:\d\d) left/).waitFor()
  await picture('wrap-up')
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await page.getByText(/Wrap-up: /).waitFor({ state: 'detached' })
  expect(problems).toEqual([])
})
