// In a real browser: another e-mail, a mobile number, where news comes, and from where people may work.
import { beforeAll, expect, test } from 'vitest'
import { mailbox } from '#contract/mailbox.ts'
import { users } from '#contract/users.ts'
import { until } from '../server/testing/floor.ts'
import { openHouse, type Person } from '../server/testing/house.ts'
import { expectAccessible, type Look, openStage, type Somebody } from './browser.ts'

const house = openHouse()
const stage = openStage()

let admin: Person
let anna: Person
beforeAll(async () => {
  const { id: organisationId } = await house.organisation('Noordzee Contact')
  admin = await house.person({ organisationId, role: 'administrator', firstName: 'Hanna' })
  anna = await house.person({ organisationId, role: 'agent', firstName: 'Anna' })
})

async function enter(name: string, who: Person, path: string, look: Look = {}): Promise<Somebody> {
  const { cookie } = who
  const one = await stage.enter(`contact-${name}`, `${house.url}${path}`, { ...look, cookie })
  one.page.setDefaultTimeout(8_000)
  return one
}

async function linkIn(email: string, path: string): Promise<string> {
  return until(async () => {
    const mails = (await house.anyone.call(mailbox.list)).filter(({ toEmail }) => toEmail === email)
    const pattern = new RegExp(`${path}#t=[\\w-]{43}`)
    return mails.flatMap(({ text }) => pattern.exec(text)?.[0] ?? [])[0]
  }, 8_000)
}

test('LA-14, LA-22: an administrator asks for another e-mail; its owner confirms; the open record hears of it; the old owner takes it back', async () => {
  const hanna = await enter('hanna', admin, `/people/${anna.membershipId}`)
  const { page } = hanna
  await page.getByRole('button', { name: 'Change the e-mail' }).click()
  await page.getByLabel('New e-mail').fill('nobody')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('This is not an e-mail address.').waitFor()
  await page.getByLabel('New e-mail').fill('anna@anew.example.org')
  await hanna.picture('ask')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('A link is on its way to anna@anew.example.org').waitFor()
  await page.getByRole('button', { name: 'Call it off' }).waitFor()
  const link = await linkIn('anna@anew.example.org', '/confirm-email')
  const owner = await stage.enter('contact-owner', `${house.url}${link}`, {
    width: 390,
    height: 844,
  })
  await owner.page.getByText('From now on anna@anew.example.org').waitFor()
  expect(owner.page.url()).not.toContain('#t=')
  await owner.picture('confirm')
  await expectAccessible(owner.page)
  await owner.page.getByRole('button', { name: 'Confirm the address' }).click()
  await owner.page.getByText('You sign in with anna@anew.example.org').waitFor()
  await page.getByRole('button', { name: 'Call it off' }).waitFor({ state: 'detached' })
  await page.getByText('anna@anew.example.org').first().waitFor()
  await hanna.picture('changed')
  await expectAccessible(page)
  const back = await linkIn(anna.email, '/revert-email')
  const former = await stage.enter('contact-former', `${house.url}${back}`, {
    ...{ scheme: 'dark', locale: 'nl' },
  })
  await former.page.getByText('Uw adres wordt weer').waitFor()
  await former.picture('revert')
  await expectAccessible(former.page)
  await former.page.getByRole('button', { name: 'Terughalen' }).click()
  await former.page.getByText('Er is een mail onderweg').waitFor()
  await page.getByText(anna.email).first().waitFor()
  expect([...hanna.problems, ...owner.problems, ...former.problems]).toEqual([])
}, 60_000)

test('W-8: a number is written as people do, kept as E.164, proven by the code; news is chosen', async () => {
  const one = await house.person({ organisationId: admin.organisationId, role: 'agent' })
  const me = await enter('me', one, '/me')
  const { page } = me
  await page.getByRole('button', { name: 'Add a mobile number' }).click()
  await page.getByLabel('Mobile number').fill('06 12345678')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Write it with the country').waitFor()
  await page.getByLabel('Mobile number').fill('0031 (0)6 1234-5678')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('+31612345678').waitFor()
  expect(await page.getByRole('switch', { name: 'SMS: A colleague' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Send me a code' }).click()
  await page.getByLabel('The six digits').waitFor()
  await me.picture('code')
  const sms = await until(async () => (await house.anyone.call(mailbox.sms))[0], 8_000)
  expect(sms.toMobile).toBe('+31612345678')
  await page.getByLabel('The six digits').fill(sms.text.slice(0, 6))
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('Verified', { exact: true }).waitFor()
  await page.getByRole('switch', { name: 'SMS: A colleague' }).click()
  await expectAccessible(page)
  await page.reload()
  const chosen = page.getByRole('switch', { name: 'SMS: A colleague' })
  await chosen.waitFor()
  expect(await chosen.getAttribute('aria-checked')).toBe('true')
  await me.picture('verified')
  for (const [name, look] of Object.entries(LOOKS)) {
    const language = 'locale' in look ? look.locale : 'en'
    await one.call(users.setLanguage, { body: { language } })
    const other = await enter(`me-${name}`, one, '/me', look)
    await other.page.getByText('+31612345678').waitFor()
    await other.page.screenshot({ path: `/tmp/contact-me-${name}.png`, fullPage: true })
    await expectAccessible(other.page)
    expect(other.problems).toEqual([])
  }
  expect(me.problems).toEqual([])
}, 60_000)

const LOOKS = {
  dark: { scheme: 'dark', locale: 'nl' },
  narrow: { width: 390, height: 844, locale: 'nl' },
  'narrow-dark': { width: 390, height: 844, scheme: 'dark' },
} as const satisfies Record<string, Look>

test('LA-22, IPA-6: a list says what is wrong with it, asks before it shuts its author out, and hears of others', async () => {
  const hanna = await enter('list', admin, `/people/${admin.membershipId}/security`)
  const { page } = hanna
  await page.getByText('You are at 127.0.0.1.').waitFor()
  await page.getByRole('button', { name: 'Add a range' }).click()
  await page.getByLabel('Address or range 1').fill('192.0.2.7/24')
  await page.getByLabel('Note on 1').fill('Office')
  await page.getByRole('button', { name: 'Save the list' }).click()
  await page.getByText('nothing but zeros').waitFor()
  await hanna.picture('wrong')
  await page.getByLabel('Address or range 1').fill('0.0.0.0/0')
  await page.getByRole('button', { name: 'Save the list' }).click()
  await page.getByText('A range as wide as this?').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByLabel('Address or range 1').fill('192.0.2.0/24')
  await page.getByRole('button', { name: 'Save the list' }).click()
  await page.getByText('Shut yourself out?').waitFor()
  await hanna.picture('lock-out')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Add where I am' }).click()
  await page.getByRole('button', { name: 'Save the list' }).click()
  await page.getByText('You are at 127.0.0.1: in the list.').waitFor()
  const colleague = await house.person({
    ...{ organisationId: admin.organisationId, role: 'administrator', firstName: 'Umut' },
  })
  await colleague.call(users.setLanguage, { body: { language: 'nl' } })
  const second = await enter('second', colleague, `/people/${admin.membershipId}/security`, {
    ...{ scheme: 'dark', locale: 'nl', width: 390, height: 844 },
  })
  await second.page.getByText('U bent op 127.0.0.1: in de lijst.').waitFor()
  await second.page.getByText('U bent op 127.0.0.1').scrollIntoViewIfNeeded()
  await second.picture('list')
  await page.getByRole('button', { name: 'Remove 192.0.2.0/24' }).click()
  await page.getByRole('button', { name: 'Save the list' }).click()
  await second.page.getByLabel('Adres of bereik 2').waitFor({ state: 'detached' })
  await expectAccessible(second.page)
  // Written here, changed there: nothing is lost, and whoever is second is told.
  await second.page.getByRole('button', { name: 'Bereik toevoegen' }).click()
  await second.page.getByLabel('Adres of bereik 2').fill('10.0.0.0/8')
  await page.getByRole('button', { name: 'Add a range' }).click()
  await page.getByLabel('Address or range 2').fill('198.51.100.0/24')
  await page.getByRole('button', { name: 'Save the list' }).click()
  await second.page.getByText('Iemand anders heeft deze lijst zojuist gewijzigd.').waitFor()
  expect(await second.page.getByLabel('Adres of bereik 2').inputValue()).toBe('10.0.0.0/8')
  await second.picture('conflict')
  await second.page.getByRole('button', { name: 'Die van hen tonen' }).click()
  const theirs = second.page.getByLabel('Adres of bereik 2')
  await until(async () => ((await theirs.inputValue()) === '198.51.100.0/24' ? true : undefined))
  expect([...hanna.problems, ...second.problems]).toEqual([])
}, 60_000)
