// The simulator in a real browser: one's own queue with people who do not exist, on the real engine.
import { beforeAll, expect, onTestFailed, test } from 'vitest'
import { simulator } from '../contract/simulator.ts'
import { type Floor, furnish, until } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()
let floor: Floor

beforeAll(async () => {
  floor = await furnish(house)
})

test('MS-16 twenty operators at high speed: the chart moves, the Wi-Fi drops, the strip stays at 0, and the sandbox is gone', async () => {
  const { cookie } = floor.admin
  const address = `${house.url}/setup/simulator`
  const { page, picture, problems } = await stage.enter('simulator', address, { cookie })
  onTestFailed(() => picture('failed'))
  await page.getByText('Nothing has been run yet.').waitFor()
  await page.getByRole('spinbutton', { name: 'Operators' }).fill('20')
  await page.getByRole('spinbutton', { name: 'Chats an hour' }).fill('400')
  await page.getByLabel('Speed').selectOption('60')
  await page.getByRole('table', { name: /Sales/ }).getByText('Model with 21 operators').waitFor()
  await page.getByRole('button', { name: 'Start' }).click()

  const figure = (name: string) =>
    page.locator('dl > div', { hasText: name }).locator('dd').textContent()
  const line = page.locator('path[data-line=inChat]')
  await until(async () => ((await figure('Connected')) === '20 of 20' ? true : undefined), 8_000)
  await line.waitFor({ state: 'attached' })
  const before = await line.getAttribute('d')
  await page.getByRole('button', { name: 'Wi-Fi drops' }).click()
  await page.getByText('6 lost their connection').waitFor()
  await until(async () => ((await line.getAttribute('d')) === before ? undefined : true))
  await until(async () => (Number(await figure('In a chat')) > 5 ? true : undefined))
  await expectAccessible(page)
  await page.getByText('Limits kept in the sandbox').waitFor()
  for (const words of ['over a limit 0', 'lost 0', 'given twice 0'])
    await page.locator('.strip', { hasText: words }).waitFor()
  await picture('running')

  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Run again' }).waitFor()
  await page.getByText('Stopped.').first().waitFor()
  expect((await floor.admin.call(simulator.look)).runs).toMatchObject([{ ended: 'stopped' }])
  const sandboxes = () =>
    house.db.selectFrom('accounts').select('id').where('isSandbox', '=', true).execute()
  await until(async () => ((await sandboxes()).length === 0 ? true : undefined))
  expect(problems).toEqual([])
})
