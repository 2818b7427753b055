// Two administrators with the same person open, in two real browsers: different fields, then the same
// one. Nothing is lost, nothing happens silently.
import type { Locator, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { people } from '#contract/people.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { expectAccessible, focusedField, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let administrator: Person
let colleague: Person
let bo: Person
let hanna: Somebody
let umut: Somebody

beforeAll(async () => {
  const organisationId = (await house.organisation('Noordzee Contact')).id
  const named = (firstName: string, lastName: string) => ({ organisationId, firstName, lastName })
  administrator = await house.person({ ...named('Hanna', 'Schulz'), role: 'administrator' })
  colleague = await house.person({ ...named('Umut', 'Demir'), role: 'administrator' })
  bo = await house.person({ ...named('Bo', 'van Dijk'), role: 'agent' })
  const body = { accountId: organisationId, name: 'Service' }
  await administrator.call(departments.create, { body })
  const url = `${house.url}/people/${bo.membershipId}`
  hanna = await stage.enter('editing-hanna', url, { cookie: administrator.cookie })
  umut = await stage.enter('editing-umut', url, { cookie: colleague.cookie })
  for (const { page } of [hanna, umut]) page.setDefaultTimeout(15_000)
})

// Each step stands on the one before it.
let isBroken = false
beforeEach(({ skip }) => {
  skip(isBroken)
  onTestFailed(async () => {
    isBroken = true
    for (const one of [hanna, umut]) await one.picture('broken')
  })
})

const record = () => administrator.call(people.record, { params: { id: bo.membershipId } })
const field = (page: Page, name: string): Locator => page.locator(`[data-field="${name}"]`)
const input = (page: Page, name: string): Locator => field(page, name).locator('input, textarea')
const save = (page: Page): Locator => page.getByRole('button', { name: 'Save', exact: true })

test('MS-7: each sees that the other is there, and in which field', async () => {
  await input(hanna.page, 'displayName').waitFor()
  await input(umut.page, 'displayName').waitFor()
  await umut.page.getByText('Hanna Schulz has this open too').waitFor()
  await input(hanna.page, 'displayName').focus()
  await field(umut.page, 'displayName').getByText('Hanna Schulz is editing').waitFor()
  await umut.picture('somebody-in-the-field')
  await expectAccessible(umut.page)
})

test('LA-20, LA-23, IN-10: different fields are both kept, each in its own time', async () => {
  await input(hanna.page, 'displayName').fill('Bo D.')
  await input(umut.page, 'description').fill('Parcels and returns')
  await hanna.page.getByText('Not saved', { exact: true }).waitFor()
  await save(hanna.page).click()
  // What Hanna saved comes in beside what Umut is typing, and takes nothing from it.
  await expectValue(input(umut.page, 'displayName'), 'Bo D.')
  expect(await input(umut.page, 'description').inputValue()).toBe('Parcels and returns')
  expect(await field(umut.page, 'description').getByRole('alert').count()).toBe(0)
  await save(umut.page).click()
  await expectValue(input(hanna.page, 'description'), 'Parcels and returns')
  expect((await record()).fields).toMatchObject({
    displayName: 'Bo D.',
    description: 'Parcels and returns',
  })
})

test('MS-7, IN-10: the same field asks, saying who, when and what; what is typed stays', async () => {
  await input(hanna.page, 'alias').fill('Bobby')
  await input(umut.page, 'alias').fill('Robin')
  await save(umut.page).click()
  const clash = field(hanna.page, 'alias').getByRole('alert')
  await clash.getByText('Umut Demir set this to “Robin” a moment ago.').waitFor()
  expect(await input(hanna.page, 'alias').inputValue()).toBe('Bobby')
  await hanna.picture('the-same-field')
  await expectAccessible(hanna.page)
  // Saving waits for the choice.
  await save(hanna.page).click({ force: true })
  expect((await record()).fields).toMatchObject({ alias: 'Robin' })
  await clash.getByRole('button', { name: 'Keep mine: “Bobby”' }).click()
  await save(hanna.page).click()
  await expectValue(input(umut.page, 'alias'), 'Bobby')
  expect((await record()).fields).toMatchObject({ alias: 'Bobby' })
})

test('what was saved is taken back by one press', async () => {
  await input(hanna.page, 'alias').fill('Bo B.')
  await save(hanna.page).click()
  await expectValue(input(umut.page, 'alias'), 'Bo B.')
  await hanna.page.getByRole('button', { name: 'Undo', exact: true }).last().click()
  await expectValue(input(umut.page, 'alias'), 'Bobby')
})

test('LA-9, LA-20: an empty name cannot be saved and says so; leaving asks first', async () => {
  const { page } = hanna
  await input(page, 'firstName').fill('')
  await page.getByText('Still to fill in: First name.').waitFor()
  await save(page).click({ force: true })
  expect(await focusedField(page)).toBe('firstName')
  await page.keyboard.press('Escape')
  const asking = page.getByRole('dialog', { name: 'Leave without saving?' })
  await asking.waitFor()
  await hanna.picture('leaving')
  await asking.getByRole('button', { name: 'Stay' }).click()
  expect(await input(page, 'firstName').inputValue()).toBe('')
  await page.getByRole('button', { name: 'Discard' }).click()
  expect(await input(page, 'firstName').inputValue()).toBe('Bo')
})

test('LA-23: the parts of a record save alone', async () => {
  const { page } = umut
  await input(page, 'displayName').fill('Not yet')
  await page.getByRole('link', { name: 'Departments' }).click()
  await page.getByRole('dialog').getByRole('checkbox', { name: 'Service', exact: true }).check()
  await page.getByLabel('Position in Service').fill('Team lead')
  await save(page).click()
  await expect
    .poll(async () => Object.values((await record()).fields).find(isPlace))
    .toEqual({ position: 'Team lead' })
  // The other part is still to be saved, and still here.
  expect((await record()).fields['displayName']).toBe('Bo D.')
  await page.getByRole('link', { name: /^Profile/ }).click()
  expect(await input(page, 'displayName').inputValue()).toBe('Not yet')
  await page.getByRole('button', { name: 'Discard' }).click()
  await umut.picture('parts')
})

test('LA-11, LA-13: the record has an address, and its history says what was and what is', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/${bo.membershipId}/history`)
  const line = page.getByRole('listitem').filter({ hasText: 'Umut Demir' }).first()
  await line.waitFor()
  await page.getByText('Display name:').first().waitFor()
  await hanna.picture('history')
  expect(hanna.problems).toEqual([])
  expect(umut.problems).toEqual([])
})

async function expectValue(of: Locator, value: string): Promise<void> {
  await expect.poll(() => of.inputValue(), { timeout: 8_000 }).toBe(value)
}

function isPlace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'position' in value
}
