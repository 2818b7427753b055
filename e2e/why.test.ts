// Why a chat waits, asked on the Wall in a real browser: the answer follows what is done about it.
import { beforeAll, expect, onTestFailed, test } from 'vitest'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { type Floor, furnish, type Operator } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { asked, expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

let floor: Floor
let anna: Operator

beforeAll(async () => {
  floor = await furnish(house)
  anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders', liveLimit: 1 })
  await floor.operator({ firstName: 'Bert', lastName: 'Bakker', isAway: true })
  const cleo = await floor.operator({ firstName: 'Cleo', lastName: 'Cats' })
  await cleo.call(queues.leave, { params: { id: floor.queue.id } })
  await (await floor.visitor()).ask()
  await anna.answer()
  await (await floor.visitor()).ask()
})

const raise = async (limit: number) => {
  const { version } = await house.db
    .selectFrom('operatorLoads')
    .select('version')
    .where('userId', '=', anna.userId)
    .where('kind', '=', 'live')
    .executeTakeFirstOrThrow()
  const body = { kind: 'live', limit, version } as const
  await floor.admin.call(routing.setLimit, { params: { id: anna.userId }, body })
}

test('MS-2 a supervisor sees who is at the limit, raises it, and the answer follows', async () => {
  const { cookie } = floor.admin
  const at = `${house.url}/wall?list=queue:${floor.queue.id}`
  const { page, picture, problems } = await stage.enter('why', at, { cookie })
  page.setDefaultTimeout(8_000)
  onTestFailed(() => picture('broken'))
  const whyOf = (name: string) => page.getByRole('button', { name: `Why? ${name}`, exact: true })
  await whyOf('Visitor').focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/nobody who has joined Sales has room: 1 at the limit/).waitFor()
  const row = dialog.getByRole('button', { name: /Anna Aalders/ })
  expect(await row.textContent()).toContain('1/1')
  await dialog.getByRole('button', { name: /Bert Bakker/ }).waitFor()
  await row.click()
  await dialog.getByRole('list', { name: 'All that is looked at of Anna Aalders' }).waitFor()
  await picture('at-limit')
  await expectAccessible(page)
  await raise(2)
  await dialog.getByText(/Offered to Anna Aalders/).waitFor()
  await picture('offered')
  await anna.answer()
  await dialog.getByText('It waits no more.').waitFor()
  await dialog.getByText(/With Anna Aalders/).waitFor()
  await picture('taken')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  // What opened it has left the list with its chat: reading goes on where the list begins.
  await expect.poll(() => asked(page, 'document.activeElement?.id')).toBe('wall-list')
  await page.getByRole('button', { name: 'Why not Bert Bakker?' }).click()
  await dialog.getByText('Nothing is waiting in the queues that Bert Bakker serves.').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect
    .poll(() => asked(page, "document.activeElement?.getAttribute('aria-label')"))
    .toContain('Bert')
  expect(problems).toEqual([])
})
