// A chat goes from one operator to another in a real browser: passed on, it never left; taken, it is
// the other's with all that was written in it. The visitor notices only who answers.
import type { Frame, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { furnish } from '../server/testing/floor.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()
const NOTE = 'Refund of order 7, she is upset'

let siteKey: string
let anna: Person
let bo: Person

beforeAll(async () => {
  const { organisationId, admin, queue, site } = await furnish(house)
  siteKey = site.key
  const at = { organisationId, role: 'agent' } as const
  anna = await house.person({ ...at, firstName: 'Anna', lastName: 'Visser' })
  bo = await house.person({ ...at, firstName: 'Bo', lastName: 'van Dijk' })
  await house.person({ ...at, firstName: 'Cleo', lastName: 'Bos' })
  for (const one of [anna, bo])
    await admin.call(queues.assign, { params: { id: queue.id, userId: one.userId } })
  await anna.call(queues.join, { params: { id: queue.id } })
})

async function sitDown(name: string, person: Person): Promise<Somebody> {
  const { cookie } = person
  const one = await stage.enter(`transfers-${name}`, `${house.url}/desk`, { cookie })
  await one.page.getByRole('heading', { name: 'My queues' }).waitFor()
  await person.call(presence.choose, { body: { availability: 'available' } })
  return one
}

/** The widget's frame stands in a closed shadow root: out of reach of every selector of the page. */
async function openWidget(page: Page): Promise<Frame> {
  await page.mouse.click(1440 - 48, 900 - 48)
  await expect.poll(() => page.frames().length, { timeout: 10_000 }).toBe(2)
  const [, frame] = page.frames()
  if (!frame) throw new Error('the widget has gone')
  return frame
}

/** By keys alone: the dialog, a few letters, a note. */
async function handOn(page: Page) {
  await page.getByLabel(/^Write to/).press('Escape')
  await page.keyboard.press('t')
  await page.getByRole('combobox').fill('dijk')
  await page.getByRole('option', { name: /Bo van Dijk/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByLabel('Note').fill(NOTE)
}

/** Those of the texts that stand in a log, in the order in which they stand there. */
function inOrder(log: string | null, texts: readonly string[]) {
  return texts
    .filter((text) => log?.includes(text))
    .toSorted((one, other) => (log?.indexOf(one) ?? 0) - (log?.indexOf(other) ?? 0))
}

test('QU-12 a transfer that is passed on comes back; the next one is taken, with every message in order', async () => {
  const visitor = await stage.enter('transfers-visitor', `${house.url}/demo?key=${siteKey}`)
  const [first, second] = [await sitDown('anna', anna), await sitDown('bo', bo)]
  const widget = await openWidget(visitor.page)
  await widget.getByLabel('Your message').fill('Where is my refund?')
  await widget.getByRole('button', { name: 'Start chat' }).click()

  await first.page.getByRole('button', { name: 'Accept' }).waitFor()
  await first.page.keyboard.press('a')
  await first.page.getByLabel(/^Write to/).fill('I will ask a colleague.')
  await first.page.keyboard.press('Enter')
  await widget.getByText('I will ask a colleague.').waitFor()

  await handOn(first.page)
  await expectAccessible(first.page)
  await first.picture('1-dialog')
  await first.page.keyboard.press('Enter')
  await first.page.getByText('Offered to Bo van Dijk').waitFor()
  await second.page.getByText('Anna Visser hands you a chat').waitFor()
  await second.page.getByText(NOTE).waitFor()
  await second.picture('2-offered')
  await first.picture('2-under-way')
  // Meanwhile the chat is Anna's, and goes on.
  await widget.getByLabel('Message', { exact: true }).fill('It was order 7.')
  await visitor.page.keyboard.press('Enter')
  await first.page.getByRole('log').getByText('It was order 7.').waitFor()
  await second.page.getByLabel('Why not (optional)').fill('In a call')
  await second.page.getByRole('button', { name: /^Pass/ }).click()
  await first.page.getByText(/Bo van Dijk passed it on: “In a call”/).waitFor()
  await first.picture('3-passed-on')

  // What is half written is not lost by what others do.
  await widget.getByLabel('Message', { exact: true }).fill('Are you still')
  await handOn(first.page)
  await first.page.keyboard.press('Enter')
  await second.page.getByRole('button', { name: 'Accept' }).waitFor()
  await second.page.keyboard.press('a')
  await first.page.getByText(/Bo van Dijk has taken over/).waitFor()
  await widget.getByRole('heading', { name: 'Bo', exact: true }).waitFor()
  expect(await widget.getByLabel('Message', { exact: true }).inputValue()).toBe('Are you still')
  await first.picture('4-taken')
  await visitor.picture('4-taken')

  await widget.getByLabel('Message', { exact: true }).fill('Are you still there?')
  await visitor.page.keyboard.press('Enter')
  await second.page.getByRole('log').getByText('Are you still there?').waitFor()
  await second.page.getByLabel(/^Write to/).fill('Bo here: it is on its way.')
  await second.page.keyboard.press('Enter')
  await widget.getByText('Bo here: it is on its way.').waitFor()
  await second.picture('5-answered')

  const said = [
    'Where is my refund?',
    'I will ask a colleague.',
    'It was order 7.',
    'Are you still there?',
    'Bo here: it is on its way.',
  ]
  const read = await second.page.getByRole('log').textContent()
  const seen = await widget.locator('body').textContent()
  expect(inOrder(read, said)).toEqual(said)
  expect(inOrder(seen, said)).toEqual(said)
  // The note stands in the chat for the team, and for nobody else.
  expect(read).toContain(NOTE)
  expect(seen).not.toContain('Refund of order')
  for (const one of [first, second, visitor]) expect(one.problems).toEqual([])
})
