// The strip on the Wall that says whether the limits are kept, in a real browser.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { beforeAll, expect, onTestFailed, test } from 'vitest'
import { type Floor, furnish, type Operator } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()
const BREAK = new URL('../server/features/routing/break-limit.sql', import.meta.url)

let floor: Floor
let anna: Operator

beforeAll(async () => {
  floor = await furnish(house)
  anna = await floor.operator({ liveLimit: 1 })
})

/** What no door and no function would do: a chat above the limit. */
const force = () =>
  sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
      offered_at, accepted_at, because)
    values (${floor.organisationId}, ${randomUUID()}, ${anna.userId}, ${floor.queue.id}, 'live',
      'active', now(), now(), '{}')`.execute(house.db)

test('MS-1 the strip is green, turns red when the guard of the limit is gone, says which law, and keeps when it was', async () => {
  const { cookie } = floor.admin
  const { page, picture, problems } = await stage.enter('proof', `${house.url}/wall`, { cookie })
  onTestFailed(() => picture('failed'))
  await page.locator('.strip b', { hasText: 'Limits kept' }).waitFor()
  await page.getByText('last broken: never').waitFor()
  await sql.raw(await readFile(BREAK, 'utf8')).execute(house.db)
  await force()
  await force()
  await page
    .locator('.strip b', { hasText: 'Broken now: over a limit (1)' })
    .waitFor({ timeout: 5_000 })
  await page.locator('.strip .line').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A law is broken now.').waitFor()
  await dialog.getByRole('row', { name: /Nobody has more chats than their limit.* 1 / }).waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await sql`delete from assignments where user_id = ${anna.userId}`.execute(house.db)
  await page.locator('.strip b', { hasText: 'Limits kept' }).waitFor()
  await page.getByText(/last broken: .*(over a limit|lost chat)/).waitFor()
  expect(problems).toEqual([])
})
