// An administrator closes a queue for a holiday: its visitor hears so at once, leaves what they came
// for, and is served when it opens.
import type { Frame, Page } from 'playwright-core'
import { expect, onTestFailed, test } from 'vitest'
import { hours } from '../contract/hours.ts'
import { queues } from '../contract/queues.ts'
import { furnish } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

/** The widget's frame stands in a closed shadow root: out of reach of every selector of the page. */
async function widgetOf(page: Page): Promise<Frame> {
  await expect.poll(() => page.frames().length, { timeout: 10_000 }).toBe(2)
  const [, frame] = page.frames()
  if (!frame) throw new Error('the widget has gone')
  return frame
}

const always = Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }])

test('QU-14: a holiday today closes the queue, the widget says so, and whoever waits is served when it opens', async () => {
  const { admin, organisationId, queue, site, ...floor } = await furnish(house, {
    site: { allowedOrigins: [new URL(house.url).origin] },
  })
  const anna = await floor.operator()
  const calendar = await admin.call(hours.create, {
    body: {
      ...{ accountId: organisationId, name: 'Office hours' },
      ...{ timeZone: 'Europe/Amsterdam', week: always, exceptions: [] },
    },
  })
  const set = { hoursId: calendar.id, whenClosed: 'wait' as const }
  await admin.call(queues.change, { params: { id: queue.id }, body: { set, base: {} } })
  const setUp = `${house.url}/setup/hours?edit=${calendar.id}`
  const boss = await stage.enter('hours', setUp, { cookie: admin.cookie })
  const guest = await stage.enter('hours-visitor', `${house.url}/demo?key=${site.key}`)
  onTestFailed(async () => {
    await boss.picture('failed')
    await guest.picture('failed')
  })
  await guest.page.mouse.click(1440 - 48, 900 - 48)
  const widget = await widgetOf(guest.page)
  await widget.getByRole('heading', { name: 'How can we help?' }).waitFor()

  const { page } = boss
  await page.getByText('Open, and not closing within a year').first().waitFor()
  await page.getByRole('button', { name: 'Add a day' }).click()
  await page
    .getByText(/Closed until .* 00:00/)
    .first()
    .waitFor()
  await expectAccessible(page)
  await boss.picture('holiday')
  await page.getByRole('button', { name: 'Save' }).click()

  await widget.getByRole('heading', { name: 'We are closed right now' }).waitFor()
  await widget.getByLabel('Your message').fill('Where is my parcel?')
  await widget.getByRole('button', { name: 'Send message' }).click()
  await widget.getByRole('heading', { name: 'We are closed; you are in line' }).waitFor()
  await guest.picture('early')

  await page.getByRole('button', { name: 'Remove Holiday' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await anna.answer()
  await widget.getByText('joined the chat').waitFor()
  expect([...boss.problems, ...guest.problems]).toEqual([])
}, 60_000)
