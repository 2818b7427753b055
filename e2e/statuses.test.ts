// An operator's status, set by somebody above them and told to both, and the day that keeps it.
import { readFile } from 'node:fs/promises'
import { expect, onTestFailed, test } from 'vitest'
import { parseCsv } from '#contract/csv.ts'
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
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  const last = dialog.getByLabel('Up to and including')
  const today = await last.inputValue()
  await last.fill('2020-01-01')
  await dialog.getByText('The last day is before the first.').waitFor()
  await wall.picture('export-refused')
  await last.fill(today)
  await expectAccessible(wall.page)
  const [file] = await Promise.all([
    wall.page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save as a file' }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/^statuses-20.*\.csv$/)
  const saved = parseCsv(await readFile(await file.path(), 'utf8')).rows
  expect(saved.at(-1)?.cells).toEqual(expect.arrayContaining(['Anna Bos', 'Away', 'Chosen']))
  await wall.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await wall.page.getByRole('button', { name: 'Export statuses' }).click()
  const everybody = wall.page.getByRole('dialog', { name: 'Export statuses' })
  await everybody.getByText('Of everybody whom you see on the Wall', { exact: false }).waitFor()
  await wall.picture('export')
  await wall.page.route('**/api/statuses/export*', (route) => route.abort())
  await everybody.getByRole('button', { name: 'Save as a file' }).click()
  await everybody.getByRole('alert').waitFor()
  await wall.page.unroute('**/api/statuses/export*')
  const [all] = await Promise.all([
    wall.page.waitForEvent('download'),
    everybody.getByRole('button', { name: 'Save as a file' }).click(),
  ])
  expect(await readFile(await all.path(), 'utf8')).toContain('Anna Bos')
  await everybody.waitFor({ state: 'hidden' })
  expect([...wall.problems, ...desk.problems]).toEqual([])
})

test('PR-2 a status for some chats is made, set from the Wall, and its operator sees what passes them by', async () => {
  const { admin, ...floor } = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Bos' })
  const setup = await stage.enter('some-setup', `${house.url}/setup/statuses`, {
    ...{ cookie: admin.cookie, width: 390, height: 844, scheme: 'dark' },
  })
  const wall = await stage.enter('some-wall', `${house.url}/wall`, { cookie: admin.cookie })
  const desk = await stage.enter('some-desk', `${house.url}/desk`, { cookie: anna.cookie })
  onTestFailed(async () => {
    for (const one of [setup, wall, desk]) await one.picture('failed')
  })
  await setup.page.getByRole('button', { name: 'New status' }).first().click()
  const make = setup.page.getByRole('dialog', { name: 'New status' })
  await make.getByLabel('Name').fill('Mail only')
  await make.getByLabel('What they do meanwhile').selectOption('deferred')
  await make.getByText('Live chats pass them by.').waitFor()
  await setup.picture('make')
  await make.getByRole('button', { name: 'Create' }).click()
  const edit = setup.page.getByRole('dialog', { name: 'Mail only' })
  await edit.getByLabel('What they do meanwhile').selectOption('handed')
  await edit.getByText('No queue offers them a chat.').waitFor()
  await expectAccessible(setup.page)
  await setup.picture('edit')
  await edit.getByLabel('What they do meanwhile').selectOption('deferred')
  await edit.getByLabel('Icon').selectOption('errand')
  await edit.getByRole('button', { name: /^Save/ }).click()
  await setup.page.getByRole('row', { name: /Mail only Available for deferred chats/ }).waitFor()
  await setup.picture('list')

  const tile = wall.page.locator('.tile', { hasText: 'Anna Bos' })
  await tile.getByText('Available').waitFor()
  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitemradio', { name: 'Mail only' }).waitFor()
  await wall.picture('menu')
  await wall.page.getByRole('menuitemradio', { name: 'Mail only' }).click()
  await tile.getByText('Mail only').waitFor()
  await desk.page.getByText('Live chats pass you by.', { exact: false }).waitFor()
  await expectAccessible(desk.page)
  await desk.picture('held')
  await wall.page.keyboard.press('Escape')
  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitem', { name: 'Let them change it' }).click()
  await desk.page
    .getByRole('button', { name: /^My status:/ })
    .first()
    .click()
  await desk.page.getByRole('menuitemradio', { name: 'Mail only Deferred chats only' }).waitFor()
  await desk.picture('menu')
  await desk.page.keyboard.press('Escape')
  await desk.page.getByRole('button', { name: 'Take all chats' }).click()
  await tile.getByText('Available').waitFor()
  await desk.page.getByText('Ready for the next chat').waitFor()
  expect([...setup.problems, ...wall.problems, ...desk.problems]).toEqual([])
})
