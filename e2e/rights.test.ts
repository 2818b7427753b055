// The account tree, supervisors' groups and roles in a real browser: who may do what, seen at once.
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { departments } from '#contract/departments.ts'
import { fieldKey } from '#contract/fields.ts'
import { groups } from '#contract/groups.ts'
import { people } from '#contract/people.ts'
import { queues } from '#contract/queues.ts'
import { roles } from '#contract/roles.ts'
import { users } from '#contract/users.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let organisationId: string
let benelux: string
let nordics: string
let gent: string
let administrator: Person
let colleague: Person
let beneluxAdmin: Person
let hanna: Somebody
let isBroken = false

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  colleague = await house.person({ organisationId, role: 'administrator', firstName: 'Umut' })
  benelux = await house.account(organisationId, 'Benelux')
  nordics = await house.account(organisationId, 'Nordics')
  const made = await administrator.call(accounts.create, {
    body: { parentId: benelux, kind: 'group', name: 'Gent' },
  })
  gent = made.id
  const at = (accountId: string, firstName: string) => ({
    ...{ organisationId, accountId, firstName, lastName: 'Jansen' },
  })
  beneluxAdmin = await house.person({ ...at(benelux, 'Femke'), role: 'administrator' })
  await house.person({ ...at(nordics, 'Freja'), role: 'manager' })
  await house.person({ ...at(gent, 'Omar'), role: 'agent' })
  hanna = await enter('hanna', administrator, '/wall')
})

// Each step stands on the one before it.
beforeEach(({ skip }) => {
  skip(isBroken)
  onTestFailed(async () => {
    isBroken = true
    await hanna.picture('broken')
  })
})

async function enter(name: string, { cookie }: Person, path: string, look = {}): Promise<Somebody> {
  const one = await stage.enter(`rights-${name}`, `${house.url}${path}`, { ...look, cookie })
  one.page.setDefaultTimeout(8_000)
  return one
}

async function roleId(key: string): Promise<string> {
  const all = await administrator.call(users.roles)
  return all.find((role) => role.key === key)?.id ?? ''
}

const tree = (page: Page) => page.getByRole('navigation', { name: 'Account tree' })
const dialog = (page: Page) => page.getByRole('dialog')
const matrix = (page: Page) => page.getByRole('table', { name: 'Roles and what they may' }).first()

async function row(page: Page, name: string): Promise<string[]> {
  const cells = matrix(page).getByRole('row', { name }).getByRole('cell')
  return (await cells.allInnerTexts()).map((text) => text.split(/\s+/).join(' ').trim())
}

test('W-6: the matrix page shows the five template roles and what each may', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/roles`)
  const heads = matrix(page).getByRole('columnheader')
  await heads.filter({ hasText: 'Supervisor' }).waitFor()
  const said = (await heads.allInnerTexts()).slice(1, 6).map((text) => text.split(/\s+/).join(' '))
  expect(said.map((text) => text.trim())).toEqual([
    'Viewer “Guest”',
    'Agent',
    'Supervisor',
    'Administrator “Admin”, at one account',
    'Administrator “Owner”, at the organisation',
  ])
  const answers = await row(page, 'Answers chats of the queues they serve.')
  expect(answers.slice(0, 5).map((text) => /yes/.test(text))).toEqual([
    ...[false, true, true, true, true],
  ])
  const rules = await row(page, 'Makes and changes the organisation’s own roles.')
  expect(rules.slice(0, 5).map((text) => /yes/.test(text))).toEqual([
    ...[false, false, false, false, true],
  ])
  await expectAccessible(page)
  await hanna.picture('matrix')
})

test('W-6: a clone is made of a template and changed; a second administrator sees it, and two who set the same field choose', async () => {
  const { page } = hanna
  await page.getByRole('button', { name: 'New role' }).click()
  await dialog(page).getByLabel('Name').fill('Shift leader')
  await dialog(page).getByLabel('Begin with').selectOption({ label: 'Supervisor' })
  await dialog(page).getByRole('button', { name: 'Create' }).click()
  await page.waitForURL('**/people/roles/*')
  const umut = await enter('umut', colleague, new URL(page.url()).pathname)
  const name = dialog(page).getByLabel('Name')
  await name.fill('Shift lead')
  const tick = (of: Page) => dialog(of).getByRole('checkbox', { name: 'Reads who changed what' })
  await tick(umut.page).check()
  await dialog(umut.page).getByLabel('Name').fill('Captain')
  await dialog(umut.page).getByRole('button', { name: 'Save' }).click()
  // What was typed stays; what was not touched follows.
  await dialog(page).getByText('set this to “Captain”').waitFor()
  expect(await name.inputValue()).toBe('Shift lead')
  await expect.poll(() => tick(page).isChecked()).toBe(true)
  await hanna.picture('conflict')
  await dialog(page).getByRole('button', { name: 'Keep mine' }).click()
  await dialog(page).getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => dialog(umut.page).getByLabel('Name').inputValue()).toBe('Shift lead')
  await page.keyboard.press('Escape')
  await matrix(page).getByRole('columnheader', { name: 'Shift lead' }).waitFor()
  await page.getByLabel('Compare', { exact: true }).selectOption({ label: 'Supervisor' })
  await page.getByLabel('with', { exact: true }).selectOption({ label: 'Shift lead' })
  await page.getByText('They differ in 1 thing.').waitFor()
  await hanna.picture('compared')
  expect(umut.problems).toEqual([])
})

test('W-6, GB-9: what somebody does not hold they cannot give: it is locked, and says why', async () => {
  const keeper = await administrator.call(roles.create, {
    body: { name: 'Keeper of roles', permissions: ['users.view', 'roles.manage'] },
  })
  const own = await administrator.call(roles.create, {
    body: { name: 'Watcher', permissions: ['users.view'] },
  })
  const pim = await house.person({ organisationId, role: 'agent', firstName: 'Pim' })
  const key = fieldKey.grant(keeper.id, { kind: 'account', id: organisationId })
  await administrator.call(people.changeMany, {
    body: { ids: [pim.membershipId], set: { [key]: true } },
  })
  const { page, picture } = await enter('pim', pim, `/people/roles/${own.id}`)
  const audit = dialog(page).getByRole('checkbox', { name: 'Reads who changed what' })
  await audit.waitFor()
  expect(await audit.isDisabled()).toBe(true)
  const why = (await audit.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`[id="${why}"]`).textContent()).toMatch(/do not hold this yourself/)
  const answers = dialog(page).getByRole('checkbox', { name: 'Answers chats' })
  expect(await answers.isDisabled()).toBe(false)
  await picture('locked')
  await page.goto(`${house.url}/people/roles/${keeper.id}`)
  // Pim holds it: nobody raises their own rights.
  await dialog(page).getByText('You hold this role yourself').first().waitFor()
})

test('MS-11: who may do what, and why, in sentences', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/roles`)
  const can = page.getByRole('form', { name: 'May somebody…?' })
  await can.getByLabel('Person').fill('femke')
  await can.getByRole('option', { name: /Femke Jansen/ }).click()
  await can.getByLabel('What').selectOption({ label: 'manage people' })
  await can.getByLabel('Where').selectOption(`account:${gent}`)
  await can.getByRole('button', { name: 'Ask' }).click()
  await can.getByText('Yes. Femke Jansen may manage people: Gent.').waitFor()
  await can.getByText('As Administrator, which comes down from Benelux.').waitFor()
  await can.getByLabel('Where').selectOption(`account:${nordics}`)
  await can.getByRole('button', { name: 'Ask' }).click()
  await can.getByText('No. Femke Jansen may not manage people: Nordics.').waitFor()
  const who = page.getByRole('form', { name: 'Who may…?' })
  await who.getByLabel('Where').selectOption(`account:${nordics}`)
  await who.getByRole('button', { name: 'Ask' }).click()
  await who.getByText('3 people may manage people: Nordics.').waitFor()
  await who.getByRole('link', { name: 'Freja Jansen' }).waitFor()
  await hanna.picture('explained')
})

test('SW-2, SW-12: the People tab comes within a second of the grant, without a reload, and goes with it', async () => {
  const supervisor = await house.person({ organisationId, role: 'agent', firstName: 'Sofie' })
  const care = await administrator.call(departments.create, {
    body: { accountId: organisationId, name: 'Care' },
  })
  const { page, problems } = await enter('sofie', supervisor, '/desk')
  await page.getByRole('link', { name: 'Desk' }).first().waitFor()
  await page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true))
  await page.waitForTimeout(500)
  const link = page.getByRole('link', { name: 'People' })
  expect(await link.count()).toBe(0)
  const key = fieldKey.grant(await roleId('people_manager'), { kind: 'department', id: care.id })
  const give = (value: true | null) =>
    administrator.call(people.changeMany, {
      body: { ids: [supervisor.membershipId], set: { [key]: value } },
    })
  await give(true)
  await link.first().waitFor({ timeout: 1_000 })
  await give(null)
  await expect.poll(() => link.count(), { timeout: 1_000, interval: 20 }).toBe(0)
  expect(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage'))).toBe(true)
  expect(problems).toEqual([])
})

test('GB-2: a Messaging Agent has no way to manage an account', async () => {
  const agent = await house.person({ organisationId, role: 'agent', firstName: 'Milan' })
  const { page } = await enter('milan', agent, '/accounts')
  await page.getByText('Your role does not manage accounts.').waitFor()
  expect(await page.getByRole('link', { name: /Accounts|Manage account/ }).count()).toBe(0)
  const { page: hers } = hanna
  await hers.goto(`${house.url}/people?account=${benelux}`)
  await hers.getByRole('link', { name: 'Manage account' }).click()
  await hers.waitForURL(`**/accounts/${benelux}`)
})

test('GB-9, GB-4: an account administrator makes a sub-account and opens it; it is seen at once; a sibling is out of reach', async () => {
  const femke = await enter('femke', beneluxAdmin, '/accounts')
  const { page } = femke
  await tree(page).getByRole('link', { name: 'Gent' }).waitFor()
  expect(await tree(page).getByRole('link', { name: 'Nordics' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Add account' }).click()
  await dialog(page).getByLabel('Name').fill('Brugge')
  await dialog(page)
    .getByRole('radio', { name: /^Location/ })
    .check()
  await dialog(page).getByRole('checkbox', { name: 'Open from the start' }).uncheck()
  await dialog(page).getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Brugge', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Open again…' }).click()
  await dialog(page).getByRole('button', { name: 'Open account' }).click()
  await page.getByText('Open: its people have access.').waitFor()
  // The other administrator has it in the tree, without a reload.
  const brugge = tree(hanna.page).getByRole('link', { name: 'Brugge' })
  await brugge.waitFor()
  await expect.poll(() => brugge.textContent()).not.toMatch(/closed/)
  await page.goto(`${house.url}/accounts/${nordics}`)
  await page.getByText('This account is not here any more, or not yours to manage.').waitFor()
  await femke.picture('account')
  expect(femke.problems).toEqual([])
})

test('two administrators set the same thing of an account: what is typed stays, and one choice ends it', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/accounts/${gent}`)
  const umut = await enter('umut-accounts', colleague, `/accounts/${gent}`)
  // A label says, too, that its field is not saved yet.
  const name = page.locator('[data-field="name"] input')
  await name.fill('Gent-Zuid')
  await umut.page.getByLabel('Name', { exact: true }).fill('Ghent')
  await umut.page.getByRole('checkbox', { name: 'Unique nicknames' }).check()
  await umut.page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('set this to “Ghent”').waitFor()
  expect(await name.inputValue()).toBe('Gent-Zuid')
  await expect
    .poll(() => page.getByRole('checkbox', { name: 'Unique nicknames' }).isChecked())
    .toBe(true)
  await tree(page).getByRole('link', { name: 'Ghent' }).waitFor()
  await hanna.picture('account-conflict')
  await page.getByRole('button', { name: 'Use theirs' }).click()
  expect(await name.inputValue()).toBe('Ghent')
  await page.getByRole('checkbox', { name: 'As above: 3 (Noordzee Contact)' }).first().uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await umut.page
    .getByRole('checkbox', { name: /^As above/ })
    .first()
    .waitFor()
  await expect
    .poll(() =>
      umut.page
        .getByRole('checkbox', { name: /^As above/ })
        .first()
        .isChecked(),
    )
    .toBe(false)
  await umut.context.close()
})

test('GB-15: moving shows first, by name, who loses and who gains; then it is moved for everybody', async () => {
  const { page } = hanna
  await page.getByRole('button', { name: 'Move…' }).click()
  await dialog(page).getByLabel('Below').selectOption({ label: '\u2003Nordics' })
  await dialog(page).getByText('1 person loses access').waitFor()
  await dialog(page)
    .getByText(/^Femke Jansen may no longer manage accounts/)
    .waitFor()
  await dialog(page).getByText('Administrator at Benelux').waitFor()
  await dialog(page)
    .getByText(/^Freja Jansen may see people/)
    .waitFor()
  await hanna.picture('move')
  // Nothing below itself is offered: there is no circle to make.
  const offered = await dialog(page).getByLabel('Below').locator('option').allInnerTexts()
  expect(offered.map((one) => one.trim())).not.toContain('Ghent')
  await dialog(page).getByRole('button', { name: 'Move account' }).click()
  await page.getByText('Below Nordics.').waitFor()
  await page.getByRole('button', { name: 'Close…' }).click()
  await dialog(page).getByText('1 person is shut out').waitFor()
  await dialog(page).getByText('Omar Jansen').waitFor()
  await hanna.picture('close')
  await dialog(page).getByRole('button', { name: 'Cancel' }).click()
})

test('a group is made, its people move with it to another department, and it is deleted', async () => {
  const { page } = hanna
  const at = { accountId: organisationId }
  await administrator.call(departments.create, { body: { ...at, name: 'Sales' } })
  await page.goto(`${house.url}/people/groups`)
  await page.getByRole('button', { name: 'New group' }).click()
  await dialog(page).getByLabel('Name').fill('Early shift')
  await dialog(page).getByLabel('Department').selectOption({ label: 'Care' })
  await dialog(page).getByLabel('Supervisor').selectOption(colleague.userId)
  await dialog(page).getByRole('button', { name: 'Create' }).click()
  const line = page.getByRole('row', { name: /Early shift/ })
  await line.waitFor()
  const [group] = await administrator.call(groups.list)
  const member = await house.person({ organisationId, role: 'agent', firstName: 'Noor' })
  await administrator.call(people.changeMany, {
    body: { ids: [member.membershipId], set: { supervisorGroupId: group?.id ?? null } },
  })
  await line.filter({ hasText: '1' }).waitFor()
  await line.getByRole('button', { name: /^Actions/ }).click()
  await page.getByRole('menuitem', { name: 'Change…' }).click()
  await dialog(page).getByLabel('Department').selectOption({ label: 'Sales' })
  await dialog(page).getByText('The primary department of 1 person moves with it.').waitFor()
  await hanna.picture('group')
  await dialog(page).getByRole('button', { name: 'Save' }).click()
  await page.getByRole('rowheader', { name: 'Sales' }).waitFor()
  await line.getByRole('button', { name: /^Actions/ }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await dialog(page).getByText('1 person is in it.').waitFor()
  await dialog(page).getByRole('button', { name: 'Delete group' }).click()
  await expect.poll(() => line.count()).toBe(0)
})

test.each([
  ['en', 'Help', 'Invite people', 'Archive'],
  ['nl', 'Hulp', 'Mensen uitnodigen', 'archiveren'],
] as const)(
  'W-14: the help is one link away from anywhere (%s)',
  async (locale, link, invite, archive) => {
    const who = await house.person({ organisationId, role: 'viewer', firstName: 'Vera' })
    await sql`update users set language = ${locale} where id = ${who.userId}`.execute(house.db)
    const look = { locale, width: 1280, height: 800 }
    const vera = await enter(`help-${locale}`, who, '/wall', look)
    await vera.page.getByRole('link', { name: link, exact: true }).click()
    await vera.page.getByRole('heading', { name: invite }).waitFor()
    await vera.page.getByText(new RegExp(archive)).first().waitFor()
    await expectAccessible(vera.page)
    await vera.picture('help')
    expect(vera.problems).toEqual([])
  },
)

test('W-1, W-14: a new organisation begins with step 1; a step ticks itself; the last one leads on', async () => {
  const fresh = (await house.organisation('Vers')).id
  const admin = await house.person({ organisationId: fresh, role: 'administrator' })
  const { page, picture } = await enter('first', admin, '/setup')
  const steps = page.getByRole('region', { name: 'Getting started' }).getByRole('listitem')
  await page.getByText('0 of 5 done').waitFor()
  expect(await steps.first().textContent()).toMatch(/Make a queue/)
  expect(await steps.first().getAttribute('class')).toMatch(/next/)
  await admin.call(queues.create, {
    body: { accountId: fresh, name: 'Sales', kind: 'live', offerSeconds: 60, targetSeconds: 60 },
  })
  await page.getByText('1 of 5 done').waitFor()
  expect(await steps.first().getAttribute('class')).toMatch(/done/)
  expect(await steps.nth(1).getAttribute('class')).toMatch(/next/)
  await picture('steps')
  await steps.last().getByRole('link').click()
  await page.getByRole('heading', { name: 'Help', level: 1 }).waitFor()
})

test('nobody saw an error that was not meant for them', () => {
  expect(hanna.problems).toEqual([])
})
