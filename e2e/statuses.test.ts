// An operator's status, set by somebody above them and told to both, and the day that keeps it.
import { expect, onTestFailed, test } from 'vitest'
import { furnish } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

test('PR-7, PR-8: a supervisor sets a status; the operator sees by whom, and the day says so', async () => {
  const { admin, ...floor } = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Bos' })
  const wall = await stage.enter('statuses', `${house.url}/wall`, { cookie: admin.cookie })
  const desk = await stage.enter('status-desk', `${house.url}/me`, { cookie: anna.cookie })
  onTestFailed(async () => {
    await wall.picture('failed')
    await desk.picture('failed')
  })
  const tile = wall.page.locator('.tile', { hasText: 'Anna Bos' })
  await tile.getByText('Available').waitFor()
  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitemradio', { name: 'Away' }).click()
  await tile.getByText('Away').waitFor()
  const day = desk.page.locator('section', { has: desk.page.locator('#my-day') })
  await day.getByText(/^Chosen by (?!Anna)/).waitFor({ timeout: 10_000 })
  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitem', { name: 'Status', exact: true }).click()
  const dialog = wall.page.getByRole('dialog', { name: 'The day of Anna Bos' })
  await dialog.getByText('Chosen by Anna Bos').waitFor()
  await expectAccessible(wall.page)
  await wall.picture('day')
  expect([...wall.problems, ...desk.problems]).toEqual([])
})
