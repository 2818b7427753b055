// The wizard that adds people, in a real browser: only the steps that apply, nothing lost, one person
// however often the button is pressed.
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { groups } from '#contract/groups.ts'
import { users } from '#contract/users.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { asked, expectAccessible, focusedField, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let organisationId: string
let administrator: Person
let hanna: Somebody

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  hanna = await stage.enter('adding', `${house.url}/people`, { cookie: administrator.cookie })
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

/** The photo of somebody who is yet to be added. */
const CHOSEN = 'img[src^="data:image/jpeg"]'

const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click()
const steps = (page: Page) =>
  page.getByRole('list', { name: 'Steps' }).getByRole('button').allInnerTexts()
const input = (page: Page, name: string) =>
  page.locator(`[data-field="${name}"] :is(input, textarea)`).first()

test('NX-10: without departments and sites there are no such steps', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/create`)
  await page.getByRole('dialog', { name: 'Add somebody with a password' }).waitFor()
  expect((await steps(page)).map((one) => one.replace(/\d|\s/g, ''))).toEqual([
    'Who',
    'Role',
    'Check',
  ])
})

test('NX-9, NX-11, LA-9: Next goes to what is missing; Back and Next lose nothing', async () => {
  const { page } = hanna
  await next(page)
  expect(await focusedField(page)).toBe('emails')
  await input(page, 'emails').fill('bo@a')
  await next(page)
  await page.getByText('“bo@a” is not an e-mail address that mail can be sent to.').waitFor()
  await input(page, 'emails').fill('bo.vandijk@example.org')
  await next(page)
  expect(await focusedField(page)).toBe('firstName')
  await input(page, 'firstName').fill('Bo')
  await input(page, 'lastName').fill('van Dijk')
  await page.getByRole('button', { name: 'Generate' }).click()
  const made = await input(page, 'password').inputValue()
  const square = { width: 300, height: 300, channels: 3 as const, background: '#2f6f8f' }
  const buffer = await sharp({ create: square }).png().toBuffer()
  const photo = { name: 'bo.png', mimeType: 'image/png', buffer }
  await page.locator('input[type=file]').setInputFiles(photo)
  await page.getByRole('button', { name: 'Use this photo' }).click()
  await page.locator(CHOSEN).waitFor()
  await next(page)
  await page.getByRole('heading', { name: 'Role' }).waitFor()
  await next(page)
  await page.getByText('Choose a role.').waitFor()
  await page.getByRole('button', { name: 'Back' }).click()
  expect(await input(page, 'firstName').inputValue()).toBe('Bo')
  expect(await input(page, 'password').inputValue()).toBe(made)
  await hanna.picture('who')
  await expectAccessible(page)
})

test('LA-9: Save is not to be had while something is missing, and says what', async () => {
  const { page } = hanna
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: /Check/ }).click()
  const button = page.getByRole('button', { name: 'Create user' })
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  const id = (await button.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`[id="${id}"]`).innerText()).toBe('Choose a role.')
  await button.click({ force: true })
  await page.getByRole('heading', { name: 'Role' }).waitFor()
})

test('SW-8, SW-10: another role changes the form and keeps what both have; a supervisor needs a department', async () => {
  const { page } = hanna
  const body = { accountId: organisationId, name: 'Service' }
  const { id: departmentId } = await administrator.call(departments.create, { body })
  const supervisorUserId = administrator.userId
  await administrator.call(groups.create, {
    body: { departmentId, name: 'Team Hanna', supervisorUserId },
  })
  await page.getByText('Answers chats.', { exact: true }).click()
  await expect.poll(async () => (await steps(page)).join(' ')).toMatch(/Departments.*Chats/s)
  await page.getByText('Watches the floor,', { exact: false }).click()
  await next(page)
  await page.getByRole('heading', { name: 'Departments' }).waitFor()
  await next(page)
  await page.getByText('Choose the supervisor’s department.').waitFor()
  await page.getByRole('dialog').getByRole('checkbox', { name: 'Service', exact: true }).check()
  await page.getByLabel('Position in Service').fill('Team lead')
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: /Role/ }).click()
  await page.getByText('Answers chats.', { exact: true }).click()
  await next(page)
  expect(await page.getByLabel('Position in Service').inputValue()).toBe('Team lead')
  await hanna.picture('departments')
})

test('NX-4: a reload keeps what is filled in, but never a password', async () => {
  const { page } = hanna
  await page.reload()
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: /Who/ }).click()
  await expect.poll(() => input(page, 'firstName').inputValue()).toBe('Bo')
  expect(await input(page, 'password').inputValue()).toBe('')
  await page.locator(CHOSEN).waitFor()
})

test('W-3: the dialog keeps the focus, and Escape asks while something is filled in', async () => {
  const { page } = hanna
  const dialog = page.getByRole('dialog', { name: 'Add somebody with a password' })
  for (let presses = 0; presses < 40; presses++) await page.keyboard.press('Tab')
  const isInside = "document.activeElement?.closest('[role=dialog]') !== null"
  expect(await asked(page, isInside)).toBe(true)
  await page.keyboard.press('Escape')
  const asking = page.getByRole('dialog', { name: 'Keep what is filled in?' })
  await asking.waitFor()
  await asking.getByRole('button', { name: 'Go on' }).click()
  await dialog.waitFor()
})

test('LA-4, LA-8, SW-18, SW-19: two presses make one user with the photo, who is in the list, and can be edited at once', async () => {
  const { page } = hanna
  await page.getByRole('button', { name: 'Generate' }).click()
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: /Check/ }).click()
  await page.getByRole('button', { name: 'Create user' }).dblclick()
  await page.getByText('Bo van Dijk can sign in now').waitFor()
  await hanna.picture('done')
  const same = (await administrator.call(users.list)).filter(
    ({ lastName }) => lastName === 'van Dijk',
  )
  expect(same).toHaveLength(1)
  expect(same[0]?.photo).toMatch(/^.files.photos./)
  await page.getByRole('button', { name: 'Add another' }).waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.locator(`[id="line-${same[0]?.id}"]`).waitFor()
  await page.goto(`${house.url}/people/create`)
  await page.getByRole('dialog').waitFor()
})

test('SW-3: the page of its own refuses what the dialog refuses, in the same words', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/new-user?way=create`)
  await page.getByRole('heading', { name: 'Add somebody with a password', level: 1 }).waitFor()
  await input(page, 'emails').fill('bo@a')
  await next(page)
  await page.getByText('“bo@a” is not an e-mail address that mail can be sent to.').waitFor()
  expect(await focusedField(page)).toBe('emails')
  await hanna.picture('page')
  await expectAccessible(page)
})

test('NX-7: where the gender is asked for, it must be said; elsewhere it need not', async () => {
  const { page } = hanna
  const id = await house.account(organisationId, 'Hamburg')
  await house.db
    .updateTable('accounts')
    .set({ requiresGender: true })
    .where('id', '=', id)
    .execute()
  await page.goto(`${house.url}/new-user?way=create&account=${id}`)
  await page.getByText('Gender', { exact: false }).first().waitFor()
  await input(page, 'emails').fill('li@example.org')
  await input(page, 'firstName').fill('Li')
  await input(page, 'lastName').fill('李')
  await page.getByRole('button', { name: 'Generate' }).click()
  const account = page.getByLabel('Account')
  await account.selectOption(id)
  await next(page)
  await page.getByText('Say which, or “Not stated”.').waitFor()
  await account.selectOption(organisationId)
  await next(page)
  await page.getByRole('heading', { name: 'Role' }).waitFor()
})

test('GB-7, NX-5: three addresses are three invitations, and the bad one is reported', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/invite`)
  await input(page, 'emails').fill('ada@example.org, piet@example.org; bad@x')
  await next(page)
  await page.getByText('Answers chats.', { exact: true }).click()
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: /Check/ }).click()
  await page.getByRole('button', { name: 'Send 3 invitations' }).click()
  const results = page.getByRole('alert')
  await results.getByText('Not an e-mail address.').waitFor()
  expect(await results.getByText('On its way').count()).toBe(2)
  await hanna.picture('three-addresses')
  expect(hanna.problems).toEqual([])
})
