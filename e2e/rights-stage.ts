// Who is there when rights are given and accounts moved, and what they look at.
import type { Page } from 'playwright-core'
import { accounts } from '#contract/accounts.ts'
import type { House, Person } from '../server/testing/house.ts'
import type { Look, Somebody, Stage } from './browser.ts'

/** An organisation of two groups, one with a location, and somebody with a role at each. */
export async function noordzee(house: House) {
  const organisationId = (await house.organisation('Noordzee Contact')).id
  const atTop = { organisationId, role: 'administrator' } as const
  const administrator = await house.person({ ...atTop, firstName: 'Hanna' })
  const colleague = await house.person({ ...atTop, firstName: 'Umut' })
  const benelux = await house.account(organisationId, 'Benelux')
  const nordics = await house.account(organisationId, 'Nordics')
  const { id: gent } = await administrator.call(accounts.create, {
    body: { parentId: benelux, kind: 'group', name: 'Gent' },
  })
  const at = (accountId: string, firstName: string) => ({
    ...{ organisationId, accountId, firstName, lastName: 'Jansen' },
  })
  const beneluxAdmin = await house.person({ ...at(benelux, 'Femke'), role: 'administrator' })
  await house.person({ ...at(nordics, 'Freja'), role: 'manager' })
  await house.person({ ...at(gent, 'Omar'), role: 'agent' })
  return { organisationId, benelux, nordics, gent, administrator, colleague, beneluxAdmin }
}

export async function enterAs(
  house: House,
  stage: Stage,
  name: string,
  { cookie }: Person,
  path: string,
  look: Look = {},
): Promise<Somebody> {
  const one = await stage.enter(name, `${house.url}${path}`, { ...look, cookie })
  one.page.setDefaultTimeout(8_000)
  return one
}

export const dialog = (page: Page) => page.getByRole('dialog')
