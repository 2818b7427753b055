// What a role lets people hold at most: set by an administrator while they work, and told wherever it
// counts, in a real browser, in both languages.
import { expect, onTestFailed, test } from 'vitest'
import { users } from '#contract/users.ts'
import { furnish } from '../server/testing/floor.ts'
import { openHouse } from '../server/testing/house.ts'
import { expectAccessible, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

test('QU-5 an administrator limits a role: the Wall, Why and the person’s record say what counts, and whose it is', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ firstName: 'Anna', lastName: 'Aalders', liveLimit: 5 })
  for (const _ of [1, 2]) {
    await (await floor.visitor()).ask()
    await anna.answer()
  }
  const { cookie } = floor.admin
  const wallAt = `${house.url}/wall?list=queue:${floor.queue.id}`
  const wall = await stage.enter('role-limits-wall', wallAt, { cookie })
  const setup = await stage.enter('role-limits', `${house.url}/people/roles`, { cookie })
  for (const { page, picture } of [wall, setup]) {
    page.setDefaultTimeout(8_000)
    onTestFailed(() => picture('broken'))
  }
  await wall.page.getByText('2/5').first().waitFor()

  await setup.page.getByRole('link', { name: 'Agent', exact: true }).first().click()
  const role = setup.page.getByRole('dialog', { name: 'Agent' })
  await role.getByLabel('Live chats at once').fill('1')
  await setup.picture('role')
  await expectAccessible(setup.page)
  await role.getByRole('button', { name: /^Save/ }).click()
  await setup.page.getByText('Agent saved').waitFor()
  await wall.page.getByText('2/1').first().waitFor()

  await (await floor.visitor()).ask()
  await wall.page.getByRole('button', { name: 'Why? Visitor', exact: true }).click()
  const why = wall.page.getByRole('dialog')
  await why.getByText('a role of theirs allows no more than 1').waitFor()
  await wall.page.keyboard.press('Escape')
  const tile = wall.page.getByRole('button', { name: /^Anna Aalders/ }).first()
  await tile.click()
  await wall.page.getByRole('menuitem', { name: 'All limits…' }).click()
  const limits = wall.page.getByRole('dialog', { name: 'Limits of Anna Aalders' })
  const change = limits.getByRole('button', { name: /^Change the chat limit of/ }).first()
  expect(await change.getAttribute('title')).toBe('Set to 5; a role allows no more than 1.')
  await change.click()
  expect(await limits.getByLabel('Chat limit of Anna Aalders').inputValue()).toBe('5')
  await wall.page.getByText('A role allows no more than 1, whatever is set here.').waitFor()
  await wall.picture('limits')
  await wall.page.keyboard.press('Escape')

  const at = `${house.url}/people/${anna.membershipId}/limits`
  await floor.admin.call(users.setLanguage, { body: { language: 'nl' } })
  const look = { width: 390, height: 844, scheme: 'dark', locale: 'nl' } as const
  const record = await stage.enter('role-limits-record', at, { cookie, ...look })
  record.page.setDefaultTimeout(8_000)
  onTestFailed(() => record.picture('broken'))
  await record.page.getByText(/Er geldt 1: de rol Medewerker staat niet meer toe\./).waitFor()
  await record.picture('record')
  expect([...wall.problems, ...setup.problems, ...record.problems]).toEqual([])
})
