// The whole path, by four people at once in a real browser: an administrator invites, the invited
// becomes an operator, a supervisor watches, a visitor is answered.
import { setTimeout as pause } from 'node:timers/promises'
import type { Frame, Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { queues } from '#contract/queues.ts'
import { sites } from '#contract/sites.ts'
import { openHouse, PASSWORD, type Person } from '../server/testing/house.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let organisationId: string
let administrator: Person
let supervisor: Person
let siteKey: string
const people: Record<string, Somebody> = {}

beforeAll(async () => {
  organisationId = (await house.organisation('Noordzee Contact')).id
  administrator = await house.person({
    organisationId,
    role: 'administrator',
    firstName: 'Hanna',
    lastName: 'Schulz',
  })
  supervisor = await house.person({
    organisationId,
    role: 'supervisor',
    firstName: 'Femke',
    lastName: 'Jansen',
  })
  const accountId = organisationId
  await administrator.call(departments.create, { body: { accountId, name: 'Service' } })
  const queue = await administrator.call(queues.create, {
    body: { accountId, name: 'Service NL', kind: 'live', offerSeconds: 60, targetSeconds: 60 },
  })
  const look = { colour: '#0b7285', language: 'en' } as const
  const site = await administrator.call(sites.create, {
    body: { accountId, queueId: queue.id, name: 'Outdoor shop', allowedOrigins: [], ...look },
  })
  siteKey = site.key
})

// Each step stands on the one before it.
let isBroken = false
beforeEach(({ skip }) => {
  skip(isBroken)
  onTestFailed(async () => {
    isBroken = true
    for (const one of Object.values(people)) await one.picture('broken')
  })
})

function somebody(name: string): Somebody {
  const one = people[name]
  if (!one) throw new Error(`${name} has not come yet`)
  return one
}

test('1 the administrator signs in; a wrong password is refused in words', async () => {
  const hanna = await stage.enter('administrator', `${house.url}/sign-in`)
  people['hanna'] = hanna
  const { page } = hanna
  await page.getByLabel('Login or e-mail').fill(administrator.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.keyboard.press('Enter')
  await page
    .getByText(/do not fit|not right|wrong/i)
    .first()
    .waitFor()
  await hanna.picture('1-refused')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'People' }).first().waitFor()
})

test('2 invites somebody with a role, a department and a queue', async () => {
  const hanna = somebody('hanna')
  const { page } = hanna
  await page.goto(`${house.url}/people`)
  await page.getByText('Femke Jansen').first().waitFor()
  await hanna.picture('2-people')
  await page.getByRole('link', { name: 'Add user' }).first().click()
  const next = () => page.getByRole('button', { name: 'Next' }).click()
  await page.getByLabel('E-mail addresses').fill('bo.jansen@example.org')
  await page.getByLabel('First name').fill('Bo')
  await page.getByLabel('Last name').fill('van Dijk')
  await page.getByLabel('Display name').fill('Bo')
  await next()
  await page.getByRole('radio', { name: /^Agent/ }).check()
  await next()
  await page.getByRole('checkbox', { name: 'Service', exact: true }).check()
  await next()
  await page.getByRole('heading', { name: 'Sites' }).waitFor()
  await next()
  await page.getByRole('checkbox', { name: 'Service NL' }).check()
  await hanna.picture('2-invite')
  await next()
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await page.getByText('The invitation is on its way').first().waitFor()
  await hanna.picture('2-sent')
  await page.getByRole('button', { name: 'Done' }).click()
})

test('3 the invited reads the mail, chooses a password and is in; the inviter sees it at once', async () => {
  const bo = await stage.enter('operator', `${house.url}/dev/mail`)
  people['bo'] = bo
  const { page } = bo
  const link = await invitationLink(page)
  await bo.picture('3-mailbox')
  await page.goto(link)
  await page.getByText('Noordzee Contact').first().waitFor()
  expect(page.url()).not.toContain('t=')
  await page.getByLabel('Choose a password').fill('short')
  await bo.picture('3-invitation')
  await expectAccessible(page)
  await page.getByLabel('Choose a password').fill('a tent, a stove and 2 boots')
  await page.getByRole('button', { name: 'Accept and start' }).click()
  await page.waitForURL('**/desk')
  // Without a reload, on the page where the invitation was sent.
  const hanna = somebody('hanna')
  await hanna.page
    .getByText(/Bo van Dijk accepted/i)
    .first()
    .waitFor({ timeout: 5_000 })
  await hanna.picture('3-told')
})

test('4 the operator goes available and joins; the Wall shows it at once', async () => {
  const femke = await stage.enter('supervisor', `${house.url}/wall`, { cookie: supervisor.cookie })
  people['femke'] = femke
  await femke.page.getByText('Bo').first().waitFor()
  const { page } = somebody('bo')
  await page.getByRole('switch', { name: /Service NL/ }).click()
  await page.getByRole('button', { name: 'Go available' }).first().click()
  const tile = femke.page
    .getByRole('listitem')
    .filter({ hasText: 'Bo' })
    .filter({ hasText: 'Available' })
  await tile.first().waitFor({ timeout: 5_000 })
  await tile.getByText('0/3').first().waitFor()
  await femke.picture('4-wall')
  await somebody('bo').picture('4-desk')
  await expectAccessible(femke.page)
  await expectAccessible(page)
})

test('5 a visitor asks; the Desk rings; both write to each other', async () => {
  const visitor = await stage.enter('visitor', `${house.url}/demo?key=${siteKey}`)
  people['visitor'] = visitor
  await pause(500)
  await visitor.page.mouse.click(1440 - 48, 900 - 48)
  const frame = await widgetOf(visitor.page)
  await frame.getByLabel('Your message').fill('Where is my parcel?')
  await visitor.picture('5-widget')
  await frame.getByRole('button', { name: 'Start chat' }).click()
  const bo = somebody('bo')
  const accept = bo.page.getByRole('button', { name: /^Accept/ })
  await accept.waitFor({ timeout: 10_000 })
  await bo.picture('5-offer')
  await somebody('femke').picture('5-wall-offered')
  await accept.click()
  await bo.page.getByText('Where is my parcel?').first().waitFor()
  await bo.page.getByLabel(/^Write to/).fill('I will look it up.')
  await bo.page.keyboard.press('Enter')
  await frame.getByText('I will look it up.').waitFor({ timeout: 5_000 })
  await frame.getByLabel('Message', { exact: true }).fill('Thank you!')
  await visitor.page.keyboard.press('Enter')
  await bo.page.getByText('Thank you!').first().waitFor({ timeout: 5_000 })
  await bo.picture('5-desk')
  await visitor.picture('5-answered')
  await somebody('femke').page.getByText('1/3').first().waitFor({ timeout: 5_000 })
})

test('6 an administrator changes the limit; whoever looks at it sees who is there and what they set', async () => {
  const { page } = somebody('hanna')
  await page.goto(`${house.url}/people`)
  const row = page.getByRole('row').filter({ hasText: 'Bo' }).first()
  await row
    .getByRole('button', { name: /chat limit/i })
    .first()
    .click()
  const femke = somebody('femke')
  await femke.page.getByText('Hanna Schulz is editing').first().waitFor({ timeout: 5_000 })
  await somebody('hanna').picture('6-editing')
  await femke.picture('6-seen')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('1')
  await page.keyboard.press('Enter')
  await femke.page.getByText('1/1').first().waitFor({ timeout: 5_000 })
  await femke.picture('6-wall')
})

test('7 the operator uploads a photo: it appears everywhere, the widget included', async () => {
  const { page } = somebody('bo')
  await page.goto(`${house.url}/me`)
  const half = { width: 700, height: 700, channels: 3 as const }
  const photo = await sharp({ create: { ...half, width: 1400, background: '#b03030' } })
    .composite([{ input: { create: { ...half, background: '#2f6f8f' } }, gravity: 'east' }])
    .jpeg()
    .toBuffer()
  const choose = page.locator('input[type=file]')
  await choose.setInputFiles({
    name: 'drawing.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  })
  const use = page.getByRole('button', { name: 'Use this photo' })
  if (await use.isVisible().catch(() => false)) await use.click()
  await page
    .getByText(/cannot be (used|read)/)
    .first()
    .waitFor()
  await somebody('bo').picture('7-refused')
  await choose.setInputFiles({ name: 'bo.jpg', mimeType: 'image/jpeg', buffer: photo })
  // The middle shows both halves: moved to the right edge, only the right one.
  const part = page.getByRole('button', { name: /^The part of the picture/ })
  await part.focus()
  for (let times = 0; times < 12; times++) await page.keyboard.press('ArrowRight')
  await page.getByLabel('Zoom').fill('1.5')
  await somebody('bo').picture('7-crop')
  await use.click()
  await page.getByText('The new photo is shown everywhere now.').first().waitFor()
  await somebody('bo').picture('7-me')
  const seen = 'img[src^="/files/photos/"]'
  const address = await page.locator(seen).first().getAttribute('src')
  const served = await fetch(new URL(address ?? '', house.url))
  const { data } = await sharp(await served.arrayBuffer())
    .resize(3, 1, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect([data[0], data[3], data[6]].every((red) => (red ?? 255) < 0x60)).toBe(true)
  await somebody('femke').page.locator(seen).first().waitFor({ timeout: 5_000 })
  await somebody('hanna').page.locator(seen).first().waitFor({ timeout: 5_000 })
  const widget = await widgetOf(somebody('visitor').page)
  await widget.locator('img').first().waitFor({ timeout: 5_000 })
  await somebody('visitor').picture('7-widget')
})

test('8 closed, the slot is free again', async () => {
  const bo = somebody('bo')
  await bo.page.goto(`${house.url}/desk`)
  await bo.page.getByText('Thank you!').first().click()
  await bo.page
    .getByRole('button', { name: /^End chat/ })
    .first()
    .click()
  await bo.page
    .getByRole('button', { name: /^End chat/ })
    .last()
    .click()
  await somebody('femke').page.getByText('0/1').first().waitFor({ timeout: 5_000 })
  const widget = await widgetOf(somebody('visitor').page)
  await widget
    .getByText(/ended this chat/)
    .first()
    .waitFor({ timeout: 5_000 })
  await somebody('visitor').picture('8-ended')
})

test('nobody saw an error that was not meant for them', () => {
  const problems = Object.entries(people).flatMap(([name, one]) =>
    one.problems.map((problem) => `${name}: ${problem}`),
  )
  expect(problems).toEqual([])
})

/** The widget's frame stands in a closed shadow root: out of reach of every selector of the page. */
async function widgetOf(page: Page): Promise<Frame> {
  await expect.poll(() => page.frames().length, { timeout: 10_000 }).toBe(2)
  const [, frame] = page.frames()
  if (!frame) throw new Error('the widget has gone')
  return frame
}

/** The newest mail's link, once it has come. */
async function invitationLink(page: Somebody['page']): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    const answer = await page.request.get(`${house.url}/api/dev/mail`)
    const found = /http:\/\/[^\s"'<>\\]+\/invitation#t=[A-Za-z0-9_-]{43}/.exec(await answer.text())
    if (found) return found[0]
    await pause(250)
  }
  throw new Error('the invitation did not come')
}
