// What an operator's status does by itself, and what others do to it, as it is seen in browsers.
import { sql } from 'kysely'
import { expect, onTestFailed, test } from 'vitest'
import { hours } from '#contract/hours.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish, type Operator } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { rule } from '../server/testing/presence.ts'
import { expectAccessible, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

/** As if there had been neither key nor pointer for six minutes. */
async function leaveAlone({ userId }: Operator): Promise<void> {
  await sql`update operators set availability_since = now() - interval '6 minutes'
    where user_id = ${userId}`.execute(house.db)
  await sql`update operator_activity set active_at = now() - interval '6 minutes'
    where user_id = ${userId}`.execute(house.db)
}

function showFailures(...all: Somebody[]): void {
  onTestFailed(async () => {
    for (const one of all) await one.picture('failed')
  })
}

const myStatus = ({ page }: Somebody) => page.getByRole('button', { name: /^My status:/ })

test('PR-5 nobody there: a warning in every tab, on every device; one answer ends it, silence makes them away', async () => {
  const { admin, ...floor } = await furnish(house)
  await rule({ admin }, { idleMinutes: 5 })
  const anna = await floor.operator()
  const first = await stage.enter('presence', `${house.url}/me`, { cookie: anna.cookie })
  showFailures(first)
  const phone = await stage.enter('presence-phone', `${house.url}/me`, {
    ...{ cookie: anna.cookie, width: 390, height: 800, scheme: 'dark', locale: 'nl' },
  })
  const second = await first.context.newPage()
  await second.goto(`${house.url}/desk`)
  const warnings = [first.page, second, phone.page].map((page) =>
    page.getByRole('dialog', { name: /Are you still there\?|Bent u er nog\?/ }),
  )
  await myStatus(first).getByText('Available').waitFor()
  await second.getByText('Ready for the next chat').waitFor()
  await phone.page.getByRole('button', { name: 'Choose a photo' }).waitFor()
  // A page that is only just open has still to say that somebody has opened it.
  await expect
    .poll(
      async () => {
        await leaveAlone(anna)
        const seen = warnings.map((warning) => warning.waitFor({ timeout: 3_000 }))
        return (await Promise.allSettled(seen)).every(({ status }) => status === 'fulfilled')
      },
      { timeout: 25_000 },
    )
    .toBe(true)
  await warnings[0]?.getByText(/You will be set to Away in 00:\d\d/).waitFor()
  await expectAccessible(first.page)
  await first.picture('idle')
  await phone.picture('idle')
  await second.getByRole('button', { name: 'Stay available' }).click()
  for (const warning of warnings) await warning.waitFor({ state: 'hidden' })
  await leaveAlone(anna)
  for (const warning of warnings) await warning.waitFor()
  await sql`update operators set idle_until = now() where user_id = ${anna.userId}`.execute(
    house.db,
  )
  await myStatus(first).getByText('Away').waitFor()
  await first.page.getByText('so you were set to Away').waitFor()
  for (const warning of warnings) await warning.waitFor({ state: 'hidden' })
  expect([...first.problems, ...phone.problems]).toEqual([])
})

test('PR-4, PR-8 finishing ends by itself; what a supervisor has set holds until they lift it', async () => {
  const { admin, ...floor } = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Bos' })
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  await anna.answer()
  const desk = await stage.enter('finishing', `${house.url}/me`, { cookie: anna.cookie })
  const wall = await stage.enter('finishing-wall', `${house.url}/wall`, { cookie: admin.cookie })
  showFailures(desk, wall)
  const tile = wall.page.locator('.tile', { hasText: 'Anna Bos' })
  await myStatus(desk).click()
  await desk.page.getByRole('menuitem', { name: 'Finish, then offline' }).waitFor()
  await desk.picture('menu')
  await desk.page.getByRole('menuitem', { name: 'Finish, then offline' }).click()
  await myStatus(desk).getByText('Finishing').waitFor()
  await tile.getByText('Finishing').waitFor()
  await visitor.call(visitors.leave, { params: { id } })
  await myStatus(desk).getByText('Offline').waitFor()
  await tile.getByText('Offline').waitFor()

  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitemradio', { name: 'Busy' }).click()
  await desk.page.getByText(/ set your status to Busy\./).waitFor()
  await myStatus(desk).click()
  await desk.page.getByText(/^You can change it in 0\d:\d\d\.$/).waitFor()
  expect(await desk.page.getByRole('menuitemradio').count()).toBe(0)
  await desk.picture('held')
  await desk.page.keyboard.press('Escape')
  await wall.page.keyboard.press('Escape')
  await tile.locator('.face').press('Enter')
  await wall.page.getByRole('menuitem', { name: 'Let them change it' }).click()
  await myStatus(desk).click()
  await desk.page.getByRole('menuitemradio', { name: 'Available' }).click()
  await tile.getByText('Available').waitFor()
  expect([...desk.problems, ...wall.problems]).toEqual([])
})

test('PR-2, PR-9 a status of one’s own making is chosen; signing out with a chat is asked about', async () => {
  const { admin, ...floor } = await furnish(house)
  const setup = await stage.enter('catalogue', `${house.url}/setup/statuses`, {
    cookie: admin.cookie,
  })
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Bos' })
  await (await floor.visitor()).ask()
  await anna.answer()
  const desk = await stage.enter('leaving', `${house.url}/me`, { cookie: anna.cookie })
  showFailures(setup, desk)
  await setup.page.getByRole('button', { name: 'New status' }).first().click()
  const make = setup.page.getByRole('dialog', { name: 'New status' })
  await make.getByLabel('Name').fill('Lunch')
  await make.getByRole('button', { name: 'Create' }).click()
  const edit = setup.page.getByRole('dialog', { name: 'Lunch' })
  await edit.getByLabel('Icon').selectOption('meal')
  await edit.getByLabel('As long as it takes').uncheck()
  await edit.getByRole('button', { name: /^Save/ }).click()
  await setup.page.getByRole('row', { name: /Lunch Away 30 minutes Everybody/ }).waitFor()
  await expectAccessible(setup.page)
  await setup.picture('list')

  await myStatus(desk).click()
  await desk.page.getByRole('menuitemradio', { name: 'Lunch' }).click()
  await myStatus(desk).getByText('Lunch').waitFor()
  await desk.page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  const ask = desk.page.getByRole('dialog', { name: 'You still have 1 chat' })
  await ask.waitFor()
  await expectAccessible(desk.page)
  await desk.picture('asked')
  await ask.getByRole('button', { name: 'Stay signed in' }).click()
  await ask.waitFor({ state: 'hidden' })
  await desk.page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await ask.getByRole('button', { name: 'Give back and sign out' }).click()
  await desk.page.waitForURL('**/sign-in')
  expect([...setup.problems, ...desk.problems]).toEqual([])
})

test('PR-10 a shift that is over is said on the Desk and the Wall, and nothing that was chosen changes', async () => {
  const { admin, organisationId, queue, ...floor } = await furnish(house)
  const params = { id: queue.id }
  await admin.call(queues.change, { params, body: { set: { keepsShifts: true }, base: {} } })
  const never = Array.from({ length: 7 }, () => [])
  const body = { accountId: organisationId, name: 'Late', timeZone: 'UTC', exceptions: [] }
  const shift = await admin.call(hours.create, { body: { ...body, week: never } })
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Bos' })
  const desk = await stage.enter('shift', `${house.url}/desk`, { cookie: anna.cookie })
  const editor = await stage.enter(
    'shift-editor',
    `${house.url}/people/${anna.membershipId}/queues`,
    {
      cookie: admin.cookie,
    },
  )
  showFailures(desk, editor)
  await editor.page.getByRole('combobox', { name: 'Shift' }).selectOption('Late')
  await editor.picture('chosen')
  await editor.page.getByRole('button', { name: /^Save/ }).click()

  const said = desk.page.getByRole('region', { name: 'My shift' })
  await said.getByText('Your shift Late is over').waitFor()
  await said.getByText('1 of your queues passes you by').waitFor()
  await desk.page.getByText('Paused: not your shift').waitFor()
  expect(await desk.page.getByRole('switch', { name: 'Serve Sales' }).isChecked()).toBe(true)
  await myStatus(desk).first().getByText('Available').waitFor()
  await expectAccessible(desk.page)
  await desk.picture('over')
  await editor.page.goto(`${house.url}/wall`)
  const tile = editor.page.locator('.tile', { hasText: 'Anna Bos' })
  await tile.getByText('Off shift').waitFor({ state: 'attached' })
  await editor.picture('wall')

  await said.getByRole('button', { name: 'Finish' }).click()
  await said.waitFor({ state: 'hidden' })
  await myStatus(desk).first().getByText('Offline').waitFor()
  const week = never.map(() => [{ from: 0, to: 1440 }])
  const base = shift.versions
  await admin.call(hours.change, { params: { id: shift.id }, body: { set: { week }, base } })
  await said.getByText('Your shift Late is on').waitFor()
  await editor.page.getByRole('link', { name: /On shift, here 0 of 1/ }).click()
  await editor.page.getByRole('heading', { name: 'On shift, and not here' }).waitFor()
  await editor.picture('missing')
  expect(await anna.call(presence.mine)).toMatchObject({ availability: 'offline' })
  await desk.page.getByRole('button', { name: 'Go available' }).click()
  await said.waitFor({ state: 'hidden' })

  // Whoever is in the middle of it sees since when, also once the calendar has it begin at another time.
  const hour = new Date().getUTCHours() * 60
  const turn = async (...day: { from: number; to: number }[]) => {
    const base = (await admin.call(hours.list)).find(({ id }) => id === shift.id)?.versions ?? {}
    const set = { week: never.map(() => day) }
    await admin.call(hours.change, { params: { id: shift.id }, body: { set, base } })
  }
  const to = hour + 120
  await turn({ from: hour, to })
  const lasts = said.getByText(/^Shift since/)
  const before = said.getByText((await lasts.textContent()) ?? '', { exact: true })
  if (hour > 0) await turn({ from: hour - 30, to })
  else await turn({ from: hour, to }, { from: 1410, to: 1440 })
  await before.waitFor({ state: 'detached' })
  await lasts.waitFor()
  expect([...desk.problems, ...editor.problems]).toEqual([])
})
