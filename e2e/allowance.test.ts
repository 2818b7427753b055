// Somebody who is full is handed a chat by name, as far as the organisation allows it, in a real browser.
import { expect, onTestFailed, test } from 'vitest'
import { transfers } from '#contract/transfers.ts'
import { furnish, until } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

test('QU-5 an administrator says how far above the limit a chat may be handed, and a colleague who is full is handed one', async () => {
  const floor = await furnish(house)
  const bo = await floor.operator({ firstName: 'Bo', lastName: 'van Dijk', liveLimit: 1 })
  await (await floor.visitor()).ask()
  await bo.answer()
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Visser' })
  const { id } = await (await floor.visitor()).ask()
  await anna.answer()

  const at = `${house.url}/setup/transfers`
  const setup = await stage.enter('allowance', at, { cookie: floor.admin.cookie })
  const desk = await stage.enter('allowance-desk', `${house.url}/desk/${id}`, {
    cookie: anna.cookie,
  })
  for (const { page, picture } of [setup, desk]) {
    page.setDefaultTimeout(8_000)
    onTestFailed(() => picture('broken'))
  }
  await setup.page.getByLabel('Chats above their limit that a person may be handed').fill('1')
  await setup.picture('setup')
  await expectAccessible(setup.page)
  await setup.page.getByRole('button', { name: /^Save/ }).click()
  const allowed = () => floor.admin.call(transfers.rules).then(({ allowance }) => allowance)
  await until(async () => ((await allowed()) === 1 ? true : undefined))

  await desk.page.getByRole('button', { name: /^Transfer/ }).click()
  await desk.page.getByRole('combobox').fill('dijk')
  const option = desk.page.getByRole('option', { name: /Bo van Dijk.*takes one more when handed/ })
  await option.waitFor()
  await desk.picture('dialog')
  await option.click()
  await desk.page
    .getByRole('dialog')
    .getByRole('button', { name: /^Transfer/ })
    .click()
  await bo.answer()
  await desk.page
    .getByText(/Bo van Dijk has taken/)
    .first()
    .waitFor()
  await desk.picture('taken')
  expect([...setup.problems, ...desk.problems]).toEqual([])
})
