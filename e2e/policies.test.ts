// The rules of an account in real browsers: what passwords must be, ticking while somebody types; what
// leaving a department does to queues; what the audit says afterwards; changing what is set up.
import type { Locator, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { DEFAULT_POLICY } from '#contract/password.ts'
import { people } from '#contract/people.ts'
import { type Queue, queues } from '#contract/queues.ts'
import { accountSecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { type Floor, furnish, type Operator } from '../server/testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../server/testing/house.ts'
import { go, mineOf, setFields } from '../server/testing/records.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let floor: Floor
let colleague: Person
let bo: Operator
let hanna: Somebody

beforeAll(async () => {
  floor = await furnish(house)
  const { organisationId, admin } = floor
  const named = { organisationId, firstName: 'Umut', lastName: 'Demir' }
  colleague = await house.person({ ...named, role: 'administrator' })
  bo = await floor.operator({ firstName: 'Bo', lastName: 'van Dijk' })
  hanna = await stage.enter('policies', `${house.url}/policy`, { cookie: admin.cookie })
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

/** Presses what the server does only for whoever has just entered their password. */
async function pressConfirmed(page: Page, press: () => Promise<void>, done: Locator) {
  await press()
  const asking = page.getByRole('dialog', { name: 'Your password, please' })
  await done.or(asking).first().waitFor()
  if (!(await asking.isVisible())) return
  await asking.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await asking.getByRole('button', { name: 'Go on' }).click()
  await done.first().waitFor()
}

/** The rules below the field, each with whether it is met. */
async function rulesOf(within: Page | Locator): Promise<string[]> {
  const list = within.getByRole('list', { name: 'What the password must be' })
  return (await list.getByRole('listitem').allInnerTexts()).map((one) =>
    one.replaceAll(/\s+/g, ' ').trim(),
  )
}

const wordsOf = (rules: readonly string[]) => rules.map((one) => one.replace(/ \((.*)\)$/, ''))
const metIn = (rules: readonly string[]) => wordsOf(rules.filter((one) => one.endsWith('(met)')))

const policyParams = () => ({ params: { id: floor.organisationId } })
let shown: string[] = []

test('SW-7: the rules are those of the policy as it is set, and tick while a password is typed', async () => {
  const { page } = hanna
  await page.getByLabel('Set for this account').check()
  await page.getByLabel('Least characters').fill('14')
  await page.getByLabel('a digit', { exact: true }).check()
  await page.getByLabel('Latin characters only').check()
  const sample = page.getByLabel('A password, as somebody would type it')
  const rules = await rulesOf(page)
  shown = wordsOf(rules)
  expect(shown[0]).toMatch(/^at least 14 characters/)
  expect(shown).toContain('a digit')
  expect(metIn(rules)).toEqual([])
  await sample.fill('kettle')
  expect(metIn(await rulesOf(page))).not.toContain('a digit')
  await sample.pressSequentially(' 7')
  expect(metIn(await rulesOf(page))).toContain('a digit')
  expect(metIn(await rulesOf(page)).some((one) => one.startsWith('at least'))).toBe(false)
  await sample.pressSequentially(' on the sill')
  expect(metIn(await rulesOf(page))).toEqual(shown)
  await page.getByText('This one would be taken.').waitFor()
  await expectAccessible(page)
})

test('SW-6: a character that is not Latin is named; any character may be used where that is the rule', async () => {
  const { page } = hanna
  const sample = page.getByLabel('A password, as somebody would type it')
  await sample.fill('Pässword1! on the sill')
  await page.getByText('The character ä cannot be used.').waitFor()
  await hanna.picture('named')
  await page.getByLabel('Latin characters only').uncheck()
  await page.getByText('This one would be taken.').waitFor()
  await page.getByLabel('Latin characters only').check()
  await page.getByText('The character ä cannot be used.').waitFor()
})

test('other rules are saved after a look at whom they reach', async () => {
  const { page } = hanna
  await page.getByRole('button', { name: 'Save…' }).click()
  const effect = page.getByRole('dialog', { name: 'Who is affected' })
  await effect.getByText('3 people belong here or below').waitFor()
  await effect.getByText('The passwords of 3 are looked at').waitFor()
  await hanna.picture('effect')
  await expectAccessible(page)
  const saved = page.getByText(/^The password rules of .* are saved$/)
  await pressConfirmed(
    page,
    () => effect.getByRole('button', { name: 'Save the rules' }).click(),
    saved,
  )
  const at = await floor.admin.call(accountSecurity.policy, policyParams())
  expect(at).toMatchObject({
    ...{ from: 'here', version: 1 },
    policy: { ...DEFAULT_POLICY, minLength: 14, digit: true, charset: 'latin' },
  })
  await page.getByText('Set here.').waitFor()
})

test('SW-6, SW-7: wherever a user is made the same rules stand below the password', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/people/create`)
  const field = (name: string) =>
    page.locator(`[data-field="${name}"] :is(input, textarea)`).first()
  await field('emails').fill('ines@example.org')
  await field('firstName').fill('Ines')
  await field('lastName').fill('Moreau')
  await field('password').fill('kettle 7')
  await expect.poll(async () => wordsOf(await rulesOf(page))).toEqual(shown)
  expect(metIn(await rulesOf(page))).toContain('a digit')
  await field('password').fill('Pässword1! on the sill')
  await page.getByText('The character ä cannot be used.').waitFor()
  await hanna.picture('create')
  await page.getByRole('button', { name: 'Generate' }).click()
  expect(metIn(await rulesOf(page))).toEqual(shown)
})

test('rules that somebody set meanwhile are shown beside mine; nothing wins by itself', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/policy`)
  await page.getByLabel('Least characters').fill('20')
  await colleague.call(session.confirm, { body: { password: PASSWORD } })
  const { policy } = await colleague.call(accountSecurity.policy, policyParams())
  const body = { policy: { ...policy, minLength: 16 }, version: 1 }
  await colleague.call(accountSecurity.setPolicy, { ...policyParams(), body })
  await page.getByRole('button', { name: 'Save…' }).click()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await page.getByText(/Umut Demir has set other rules meanwhile: 16 to 128/).waitFor()
  expect(await page.getByLabel('Least characters').inputValue()).toBe('20')
  await hanna.picture('stale')
  await page.getByRole('button', { name: 'Use theirs' }).click()
  expect(await page.getByLabel('Least characters').inputValue()).toBe('16')
})

test('LA-21: leaving the last department of a queue warns; the chat at hand stays with its owner', async () => {
  const { page } = hanna
  const { admin, organisationId: accountId } = floor
  const body = { accountId, name: 'Service' }
  const { id } = await admin.call(departments.create, { body })
  await setFields(admin, bo, { [`department:${id}`]: { position: null } })
  await go(bo, 'available')
  await (await floor.visitor()).ask('Where is my parcel?')
  const { id: chatId } = await bo.answer()
  await page.goto(`${house.url}/people/${bo.membershipId}/departments`)
  await page.locator(`[data-field="department:${id}"]`).getByRole('checkbox').uncheck()
  await page.getByText('Nobody of Service serves Sales then', { exact: false }).waitFor()
  await page.getByText('Stays assigned to Sales, and keeps the chats at hand.').waitFor()
  await hanna.picture('leaving')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const record = () => admin.call(people.record, { params: { id: bo.membershipId } })
  await expect
    .poll(async () => Object.keys((await record()).fields))
    .not.toContain(`department:${id}`)
  expect(await mineOf(bo)).toEqual([chatId])
  expect(Object.keys((await record()).fields)).toContain(`queue:${floor.queue.id}`)
})

test('LA-21: a department says which queues only its people serve, before it is deleted', async () => {
  const { page } = hanna
  const { admin, organisationId: accountId } = floor
  const { id } = await admin.call(departments.create, { body: { accountId, name: 'Evening' } })
  await setFields(admin, bo, { [`department:${id}`]: { position: null } })
  await page.goto(`${house.url}/setup/departments?edit=${id}`)
  await page.getByText('1 of its people and nobody else', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Delete…' }).click()
  const asking = page.getByRole('dialog', { name: 'Delete Evening?' })
  await asking.getByText('1 person').waitFor()
  expect(await asking.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0)
  await hanna.picture('department-in-use')
  await expectAccessible(page)
})

test('a line of the audit opens to what was and what is, by whom and from where', async () => {
  const { page } = hanna
  await page.goto(`${house.url}/audit?kind=account.`)
  const line = page
    .getByRole('listitem')
    .filter({ hasText: 'Umut Demir' })
    .filter({ hasText: 'Set the password rules' })
  await line.getByRole('button').first().click()
  const row = line.getByRole('row').filter({ hasText: 'Least characters' })
  expect(await row.getByRole('cell').allInnerTexts()).toEqual(['14', '16'])
  await line.getByText('127.0.0.1').waitFor()
  await hanna.picture('audit')
  await expectAccessible(page)
  const others = page.getByRole('list', { name: 'Changes' }).getByText(/^Ada/)
  expect(await others.count()).toBeGreaterThan(0)
  await line.getByRole('button', { name: 'Only by Umut Demir' }).click()
  await page.waitForURL(/who=/)
  await expect.poll(() => others.count()).toBe(0)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export' }).click()
  expect((await download).suggestedFilename()).toMatch(/^audit-.*\.ndjson$/)
})

test('LA-7: a queue for tests is marked; it is changed beside a colleague, who is asked nothing twice', async () => {
  const { page } = hanna
  const { admin, organisationId: accountId } = floor
  const times = { offerSeconds: 20, targetSeconds: 60 }
  const { id } = await admin.call(queues.create, {
    body: { accountId, name: 'Try-out', kind: 'live', ...times, isTest: true },
  })
  await page.goto(`${house.url}/setup/queues`)
  const row = page.getByRole('row').filter({ hasText: 'Try-out' })
  await row.getByText('Test', { exact: true }).waitFor()
  await row.getByRole('button', { name: 'Try-out' }).click()
  const dialog = page.getByRole('dialog', { name: 'Try-out' })
  await dialog.getByText('for testers alone', { exact: false }).waitFor()
  const field = (name: string) => dialog.locator(`[data-field="${name}"]`)
  await field('priority').locator('input').fill('4')
  await field('offerSeconds').locator('input').fill('30')
  const by = { params: { id }, body: { set: { offerSeconds: 45 }, base: {} } }
  await colleague.call(queues.change, by)
  await field('offerSeconds').getByText('set this to “45”', { exact: false }).waitFor()
  await hanna.picture('queue')
  await expectAccessible(page)
  await field('offerSeconds').getByRole('button', { name: 'Use theirs' }).click()
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  const standing = async (): Promise<Queue | undefined> =>
    (await admin.call(queues.list)).find((one) => one.id === id)
  await expect.poll(standing).toMatchObject({ priority: 4, offerSeconds: 45 })
  expect(hanna.problems).toEqual([])
})
