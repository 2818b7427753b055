import { get } from 'node:http'
import { expect, test } from 'vitest'
import { openHouse } from '../../testing/house.ts'
import { mailTo, openInviting } from '../../testing/inviting.ts'

const house = openHouse({ trustedProxies: ['127.0.0.1'] })
const acme = openInviting(house)

async function mailOf(more: object = {}) {
  const { email } = await acme.invite(acme.admin, more)
  return mailTo(house, email)
}

const page = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${house.url}${path}`, { headers })

test('without a mail server, mails are read on a page', async () => {
  const mail = await mailOf()
  const list = await page('/dev/mail')
  expect(list.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-/,
  )
  const text = await list.text()
  expect(text).toContain(`href="/dev/mail?open=${mail.id}"`)
  expect(text).toContain(mail.toEmail)
  const opened = await (await page(`/dev/mail?open=${mail.id}`)).text()
  expect(opened).toContain(`<iframe src="/dev/mail/${mail.id}"`)
  const framed = await page(`/dev/mail/${mail.id}`)
  expect(framed.headers.get('content-security-policy')).toContain('sandbox')
  expect(framed.headers.get('content-security-policy')).not.toContain('allow-scripts')
  expect(await framed.text()).toMatch(/<base target="_top">[\s\S]*\/invitation#t=/)
})

test('N13: what somebody calls themselves is text in the mailbox', async () => {
  const name = '<img src=x onerror=alert(1)>'
  const { id } = await mailOf({ firstName: name })
  const opened = await (await page(`/dev/mail?open=${id}`)).text()
  expect(opened).toContain('&#60;img src=x')
  expect(opened).not.toContain('<img')
  expect(await (await page(`/dev/mail/${id}`)).text()).not.toContain('<img')
})

test('the mailbox answers this machine alone', async () => {
  const { id } = await mailOf()
  const from = { 'x-forwarded-for': '203.0.113.7' }
  for (const path of ['/api/dev/mail', '/dev/mail', `/dev/mail/${id}`])
    expect([path, (await page(path, from)).status]).toEqual([path, 404])
  expect((await page('/dev/mail/nothing')).status).toBe(404)
})

test('a page of the web that had its name point at this machine does not read the mail', async () => {
  const { port } = new URL(house.url)
  const statusFor = (host: string) =>
    new Promise((resolve, reject) => {
      const options = { port, path: '/api/dev/mail', headers: { host } }
      get(options, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  expect(await statusFor(`evil.example:${port}`)).toBe(404)
  expect(await statusFor(`localhost:${port}`)).toBe(200)
})
