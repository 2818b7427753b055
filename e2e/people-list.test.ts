// The list of people in a real browser: the tree, the keyboard, many at once, live for everybody.
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { people } from '#contract/people.ts'
import { seatCrowd } from '../server/testing/crowd.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { asked, expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()
const PEOPLE = 300

let organisationId: string
let administrator: Person
let colleague: Person
let benelux: string
let hanna: Somebody

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  colleague = await house.person({ organisationId, role: 'administrator', firstName: 'Umut' })
  await seatCrowd(house.databaseUrl, organisationId, PEOPLE)
  const { id } = await house.db
    .selectFrom('accounts')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('name', '=', 'Benelux')
    .executeTakeFirstOrThrow()
  benelux = id
  hanna = await stage.enter('people-list', `${house.url}/desk`, { cookie: administrator.cookie })
  hanna.page.setDefaultTimeout(8_000)
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

async function roleOf(key: string): Promise<string> {
  const { id } = await house.db
    .selectFrom('roles')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  return id
}

const rows = (page: Page) => page.locator('tbody tr.line')
const focused = (page: Page) => asked<string>(page, "document.activeElement?.id ?? ''")
const grid = (page: Page) => page.getByRole('grid', { name: 'People' })

test('NX-2, LA-2: People is one click from anywhere, and its parts are tabs with the way back', async () => {
  const { page } = hanna
  await page.getByRole('link', { name: 'People' }).first().click()
  await rows(page).first().waitFor()
  await page.getByLabel('Search people').fill('ada ver')
  await page.waitForURL('**/people?q=ada+ver')
  await page.getByRole('link', { name: 'Roles', exact: true }).click()
  await page.waitForURL('**/people/roles?q=ada+ver')
  await page.getByText('Answers chats of the queues they serve.').first().waitFor()
  await page.goBack()
  await page.waitForURL('**/people?q=ada+ver')
  // What was filtered is found again, one click from somewhere else.
  await page.getByRole('link', { name: 'Desk' }).first().click()
  await page.waitForURL('**/desk')
  await page.getByRole('link', { name: 'People' }).first().click()
  await page.waitForURL('**/people?q=ada+ver')
  await hanna.picture('found')
})

test('W-11: an empty result offers to show everybody', async () => {
  const { page } = hanna
  await page.getByLabel('Search people').fill('nobody at all')
  const all = page.locator('.empty').getByRole('button', { name: /^Show all \(\d+\)$/ })
  await all.waitFor()
  await hanna.picture('empty')
  await all.click()
  await rows(page).first().waitFor()
  expect(new URL(page.url()).search).toBe('')
})

test('GB-2, GB-3: the account chosen in the tree is in the address and the scope of every tab', async () => {
  const { page } = hanna
  const tree = page.getByRole('navigation', { name: 'Accounts' })
  await tree.getByLabel('Search accounts').fill('bene')
  await tree.getByRole('link', { name: /^Benelux/ }).click()
  await page.waitForURL(`**/people?account=${benelux}`)
  await page.getByRole('heading', { name: 'Benelux' }).waitFor()
  const groups = page.getByRole('link', { name: 'Groups', exact: true })
  expect(await groups.getAttribute('href')).toContain(`account=${benelux}`)
  const counted = await grid(page).getAttribute('aria-rowcount')
  expect(Number(counted)).toBeLessThan(PEOPLE / 2)
  await hanna.picture('benelux')
})

test('GB-6: whose role reaches here from above is marked with where from, and cannot be chosen', async () => {
  const { page } = hanna
  const inherited = rows(page).filter({ hasText: 'From Noordzee Contact' })
  await page.getByLabel('Search people').fill('hanna verb')
  await inherited.first().waitFor()
  expect(await inherited.first().getByRole('checkbox').count()).toBe(0)
  await page
    .getByRole('button', { name: /^Show all/ })
    .first()
    .click()
  await page.getByRole('navigation', { name: 'Accounts' }).getByLabel('Search accounts').fill('')
  await page
    .getByRole('link', { name: /^Noordzee Contact/ })
    .first()
    .click()
})

test('LA-11, GB-12: the keyboard walks, chooses and opens; the address can be shared', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people`)
  await expect
    .poll(() => grid(page).getAttribute('aria-rowcount'), { timeout: 8_000 })
    .toBe(String(PEOPLE - 3 + 2 + 1))
  // Everybody is here, and not the first page alone.
  await page.locator('.hairline').waitFor({ state: 'detached' })
  await rows(page).first().focus()
  const first = await focused(page)
  await page.keyboard.press('End')
  const last = await focused(page)
  expect(last).not.toBe(first)
  expect(await page.locator(`[id="${last}"]`).getAttribute('aria-rowindex')).toBe(String(PEOPLE))
  expect(await rows(page).count()).toBeLessThanOrEqual(60)
  await page.keyboard.press('Home')
  await page.keyboard.press('PageDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('3 selected').waitFor()
  await hanna.picture('selected')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+a')
  await page.getByText(/^2\d\d selected$/).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByText('selected').count()).toBe(0)
  const here = await focused(page)
  expect(here).toMatch(/^line-/)
  for (const column of ['Login', 'Roles'])
    await page.getByRole('columnheader', { name: column }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/people/${here.replace('line-', '')}*`)
  await page.getByRole('dialog').waitFor()
  await hanna.picture('opened')
  await page.keyboard.press('Escape')
  await page.waitForURL(`**/people?account=${organisationId}`)
  await page.getByLabel('Search people').fill('ada ver')
  await page.waitForURL('**/people?q=ada+ver*')
  await expectAccessible(page)
  await page.getByLabel('Search people').fill('')
  await page.waitForURL(`**/people?account=${organisationId}`)
})

test('a focused row that is scrolled away keeps the focus', async () => {
  const { page } = hanna
  await rows(page).nth(2).focus()
  const here = await focused(page)
  await page.locator('.scroller').evaluate((element) => element.scrollTo(0, 8000))
  await page.waitForTimeout(200)
  expect(await focused(page)).toBe(here)
  expect(await rows(page).count()).toBeLessThanOrEqual(60)
})

test('LA-10, GB-12: somebody new, and a new status, are seen by every administrator at once', async () => {
  const umut = await stage.enter('people-list-2', `${house.url}/people?q=newcomer`, {
    cookie: colleague.cookie,
  })
  umut.page.setDefaultTimeout(8_000)
  await umut.page.locator('.empty').waitFor()
  await hanna.page.goto(`${house.url}/people?q=newcomer`)
  await hanna.page.locator('.empty').waitFor()
  const agent = await roleOf('agent')
  await administrator.call(people.create, {
    body: {
      ...{ accountId: organisationId, firstName: 'Newcomer', lastName: 'Lund' },
      ...{ email: 'newcomer@example.org', password: 'blue kettle on the windowsill' },
      ...{ mustChangePassword: false, requestId: crypto.randomUUID() },
      set: { [`grant:${agent}@account:${organisationId}`]: true },
    },
  })
  const made = performance.now()
  for (const one of [hanna, umut]) await one.page.getByText('Newcomer Lund').first().waitFor()
  expect(performance.now() - made).toBeLessThan(500)
  // Blocked by the one, through the list; seen by the other.
  const row = rows(hanna.page).filter({ hasText: 'Newcomer' })
  await row.getByRole('checkbox').click()
  await hanna.page.getByRole('button', { name: 'Block', exact: true }).click()
  const dialog = hanna.page.getByRole('dialog')
  await dialog.getByText('1 person can no longer sign in').waitFor()
  await hanna.picture('block')
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  await rows(umut.page).filter({ hasText: 'Blocked' }).first().waitFor()
  await hanna.page.getByRole('button', { name: 'Undo' }).click()
  await rows(umut.page).filter({ hasText: 'Active' }).first().waitFor()
  expect(umut.problems).toEqual([])
})

test('many at once: a limit for everybody who is chosen, told when it is done', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people?q=ada`)
  await rows(page).first().waitFor()
  await rows(page).first().focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('l')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('spinbutton').fill('9')
  await hanna.picture('change')
  await dialog.getByRole('button', { name: /^Change \d+ people$/ }).click()
  await page.getByText(/\d+ people changed/).waitFor()
  await page.locator('td.live').filter({ hasText: /9\s*$/ }).first().waitFor()
  await hanna.picture('changed')
})

test('LA-3, NX-3, W-2: on a narrow screen, in Dutch, adding is in sight; one account has no tree', async () => {
  const alone = (await house.organisation('Alleen')).id
  const only = await house.person({ organisationId: alone, role: 'administrator', firstName: 'Bo' })
  await sql`update users set language = 'nl' where id = ${only.userId}`.execute(house.db)
  const bo = await stage.enter('people-list-narrow', `${house.url}/people`, {
    ...{ cookie: only.cookie, width: 360, height: 740, locale: 'nl', scheme: 'dark' },
  })
  const add = bo.page.getByRole('link', { name: 'Gebruiker toevoegen' })
  await add.waitFor()
  const box = await add.boundingBox()
  expect((box?.x ?? 999) + (box?.width ?? 999)).toBeLessThanOrEqual(360)
  expect((box?.y ?? 999) + (box?.height ?? 999)).toBeLessThanOrEqual(740)
  await rows(bo.page).first().waitFor()
  expect(await bo.page.getByRole('navigation', { name: 'Accounts' }).count()).toBe(0)
  expect(await bo.page.locator('.account-select').count()).toBe(0)
  await bo.page.getByRole('button', { name: 'Andere manieren om toe te voegen' }).click()
  await bo.page.getByRole('menuitem', { name: 'Aanmaken met wachtwoord' }).waitFor()
  await bo.picture('menu')
  await bo.page.keyboard.press('Escape')
  await expectAccessible(bo.page)
  expect(bo.problems).toEqual([])
})

test('SW-1, SW-2: the tab of a supervisor comes within a second of the grant, with the own team alone, and goes with it', async () => {
  const supervisor = await house.person({ organisationId, role: 'agent', firstName: 'Femke' })
  const femke = await stage.enter('people-list-team', `${house.url}/desk`, {
    cookie: supervisor.cookie,
  })
  await femke.page.getByRole('link', { name: 'Desk' }).first().waitFor()
  await femke.page.waitForTimeout(500)
  const link = femke.page.getByRole('link', { name: 'People' })
  expect(await link.count()).toBe(0)
  const role = await roleOf('people_manager')
  const [department] = await administrator.call(departments.list)
  const key = `grant:${role}@department:${department?.id}`
  const give = (value: true | null) =>
    administrator.call(people.changeMany, {
      body: { ids: [supervisor.membershipId], set: { [key]: value } },
    })
  await give(true)
  await link.first().waitFor({ timeout: 1_000 })
  await link.first().click()
  await rows(femke.page).first().waitFor()
  expect(await femke.page.getByRole('navigation', { name: 'Accounts' }).count()).toBe(0)
  const { rows: team } = await sql<{
    n: number
  }>`select count(*)::int as n from department_members d
    join memberships m on m.organisation_id = d.organisation_id and m.id = d.membership_id
    where d.department_id = ${department?.id} and m.status <> 'archived'`.execute(house.db)
  const seen = Number(await grid(femke.page).getAttribute('aria-rowcount'))
  expect(seen).toBe((team[0]?.n ?? 0) + 1)
  await femke.picture('team')
  await give(null)
  await expect.poll(() => link.count(), { timeout: 1_000 }).toBe(0)
})

test('nobody saw an error that was not meant for them', () => {
  expect(hanna.problems).toEqual([])
})
