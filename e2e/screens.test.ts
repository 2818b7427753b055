// Every screen with which people are added, shaped and removed: light and dark, wide and narrow, in
// both languages; reachable for everybody, nothing wider than the window, nothing broken.
import { beforeAll, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { groups } from '#contract/groups.ts'
import { queues } from '#contract/queues.ts'
import { sites } from '#contract/sites.ts'
import { skills } from '#contract/skills.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { asked, expectAccessible, type Look, openStage } from './browser.ts'

const house = openHouse()
const stage = openStage()

let administrator: Person
let agent: Person

beforeAll(async () => {
  const organisationId = (await house.organisation('Noordzee Contact')).id
  const accountId = organisationId
  await house.account(organisationId, 'Netherlands')
  administrator = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  agent = await house.person({ organisationId, role: 'agent', firstName: 'Bo' })
  const at = { accountId }
  const { id: departmentId } = await administrator.call(departments.create, {
    body: { ...at, name: 'Service' },
  })
  const supervisorUserId = administrator.userId
  await administrator.call(groups.create, {
    body: { departmentId, name: 'Team Hanna', supervisorUserId },
  })
  await administrator.call(skills.create, { body: { ...at, name: 'Dutch' } })
  const queue = await administrator.call(queues.create, {
    body: { ...at, name: 'Service NL', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })
  const look = { colour: '#0b7285', language: 'en' } as const
  await administrator.call(sites.create, {
    body: { ...at, queueId: queue.id, name: 'Outdoor shop', allowedOrigins: [], ...look },
  })
})

const RECORD = ['profile', 'rights', 'departments', 'queues', 'limits', 'skills', 'sites']
const SCREENS = [
  '/people',
  ...[...RECORD, 'security', 'history'].map((tab) => `/people/:agent/${tab}`),
  '/people/invite',
  '/people/create',
  '/people/invitations',
  '/people/groups',
  '/people/roles',
  '/people/import',
  '/new-user?way=create',
  '/accounts',
  '/policy',
  '/audit',
  '/history',
  '/setup/queues',
  '/setup/skills',
  '/me',
  '/help',
]

const LOOKS: Record<string, Required<Look>> = {
  'light, wide, English': { scheme: 'light', width: 1440, height: 900, locale: 'en' },
  'dark, narrow, Dutch': { scheme: 'dark', width: 390, height: 844, locale: 'nl' },
}

test.each(Object.entries(LOOKS))('W-2: %s', async (name, look) => {
  const language = look.locale
  await house.db
    .updateTable('users')
    .set({ language })
    .where('id', '=', administrator.userId)
    .execute()
  const file = name.replaceAll(', ', '-')
  const { cookie } = administrator
  const somebody = await stage.enter(`screens-${file}`, `${house.url}/me`, { ...look, cookie })
  const { page } = somebody
  page.setDefaultTimeout(15_000)
  for (const screen of SCREENS) {
    await page.goto(house.url + screen.replace(':agent', agent.membershipId))
    await page.locator('h1, [role=dialog] h2').first().waitFor()
    await page.locator('.skeleton').first().waitFor({ state: 'hidden' })
    expect(await asked<string>(page, 'document.documentElement.lang'), screen).toBe(language)
    const spill = await asked<number>(
      page,
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(spill, screen).toBe(0)
    await somebody.picture(screen.replaceAll(/[^a-z]+/g, '-').slice(1))
    await expectAccessible(page)
  }
  expect(somebody.problems).toEqual([])
  await somebody.context.close()
})
