// People imported from a file, in a real browser: looked at, applied and taken back by keyboard.
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { csvOf } from '#contract/csv.ts'
import { departments } from '#contract/departments.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { recordOf } from '../server/testing/lifecycle.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let organisationId: string
let administrator: Person
let anna: Person
let hanna: Somebody

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  anna = await house.person({ organisationId, role: 'agent', firstName: 'Anna' })
  await administrator.call(departments.create, {
    body: { accountId: organisationId, name: 'Sales' },
  })
  await house.account(organisationId, 'Benelux')
  hanna = await stage.enter('importing', `${house.url}/people`, { cookie: administrator.cookie })
  hanna.page.setDefaultTimeout(15_000)
})

// Each step stands on the one before it.
let isBroken = false
beforeEach(({ skip }) => {
  skip(isBroken)
  onTestFailed(async () => {
    isBroken = true
    await hanna.picture('broken')
  })
})

const fileOf = () =>
  csvOf([
    ['E-mail', 'First name', 'Last name', 'Roles', 'Departments', 'Shoe size'],
    [anna.email, 'Annika', '', 'Supervisor', 'Sales (Lead)', '38'],
    ['nobody', 'X', '', '', '', ''],
    ...Array.from({ length: 400 }, (_, n) => [
      `cleo.${n}@example.org`,
      'Cleo',
      `Briain ${n}`,
      'Agent',
      'Sales',
      '',
    ]),
  ])

test('LA-3, MS-13: Import stands in the menu of Add user, and what is wrong with a file is said', async () => {
  const { page } = hanna
  await page.getByRole('button', { name: 'More ways to add users' }).click()
  await page.getByRole('menuitem', { name: 'Import from a file' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import people' })
  await dialog.waitFor()
  await dialog.getByRole('button', { name: 'Look at it' }).click()
  await dialog.getByText('Paste rows from a spreadsheet, or choose a file first.').waitFor()
  await dialog.getByLabel('Or paste rows, headings first').fill('Name,Role\nAnna,Agent')
  await dialog.getByRole('button', { name: 'Look at it' }).click()
  await dialog.getByText('The first line must name a column E-mail or Login.').waitFor()
  await hanna.picture('file')
  await expectAccessible(page)
})

test('MS-13: a file is looked at: every row with the exact fields, walked by keyboard', async () => {
  const { page } = hanna
  const dialog = page.getByRole('dialog', { name: 'Import people' })
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(fileOf()),
  })
  await dialog.getByText('people.csv').waitFor()
  await dialog.getByRole('button', { name: 'Look at it' }).click()
  const rows = dialog.getByRole('listbox', { name: 'Rows of the file' })
  await rows.getByText('Annika').first().waitFor()
  await dialog.getByText('Column not used: Shoe size.').waitFor()
  const detail = dialog.getByRole('region', { name: 'What line 2 comes to' })
  await detail.getByRole('row', { name: 'First name Anna Annika' }).waitFor()
  await detail.getByRole('row', { name: 'Departments (empty) Sales (Lead)' }).waitFor()
  await hanna.picture('preview')
  await rows.focus()
  await page.keyboard.press('ArrowDown')
  await dialog.getByText('“nobody” does not fit here.').first().waitFor()
  await page.keyboard.press('End')
  await dialog
    .getByRole('region', { name: 'What line 403 comes to' })
    .getByText('Briain 399')
    .first()
    .waitFor()
  expect(await rows.getByRole('option').count()).toBeLessThan(60)
  await dialog.getByRole('tab', { name: /Error/ }).click()
  expect(await rows.getByRole('option').count()).toBe(1)
  await expectAccessible(page)
})

test('MS-13: it is applied when it is confirmed, and taken back', async () => {
  const { page } = hanna
  const dialog = page.getByRole('dialog', { name: 'Import people' })
  await dialog.getByRole('button', { name: 'Apply…' }).click()
  const question = page.getByRole('dialog', { name: 'Apply this import?' })
  await question
    .getByText('400 invitations are sent. 1 person is changed. 1 row is left out')
    .waitFor()
  await question.getByRole('button', { name: 'Apply' }).click()
  await dialog.getByText('400 invitations sent').waitFor()
  expect((await recordOf(administrator, anna)).fields['firstName']).toBe('Annika')
  await hanna.picture('done')
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByText('400 invitations withdrawn').waitFor()
  expect((await recordOf(administrator, anna)).fields['firstName']).toBe('Anna')
  await dialog.locator('button', { hasText: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(hanna.problems).toEqual([])
})

test.each([
  { width: 390, height: 844, scheme: 'dark', locale: 'nl' },
  { width: 1440, height: 900, scheme: 'dark', locale: 'nl' },
] as const)('MS-13: in Dutch and dark, $width wide, nothing is cut off', async (look) => {
  const { cookie, userId } = administrator
  await sql`update users set language = 'nl' where id = ${userId}`.execute(house.db)
  const at = await stage.enter('importing-nl', `${house.url}/people/import`, { ...look, cookie })
  const dialog = at.page.getByRole('dialog', { name: 'Mensen importeren' })
  await dialog.getByRole('textbox').fill(fileOf())
  await dialog.getByRole('button', { name: 'Bekijken' }).click()
  await dialog.getByRole('cell', { name: 'Annika' }).waitFor()
  await at.picture(`preview-${look.width}`)
  const over = await at.page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect(over).toBe(0)
  expect(at.problems).toEqual([])
})
