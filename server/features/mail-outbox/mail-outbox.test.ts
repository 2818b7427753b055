import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, expect, test } from 'vitest'
import { invitations } from '#contract/invitations.ts'
import { mailbox } from '#contract/mailbox.ts'
import { scope } from '#contract/scopes.ts'
import { openHouse } from '../../testing/house.ts'
import { openInviting } from '../../testing/inviting.ts'

const port = await freePort()
let aheadMs = 0
const house = openHouse({
  smtpUrl: `smtp://127.0.0.1:${port}`,
  secretKey: randomBytes(32),
  now: () => new Date(Date.now() + aheadMs),
})
const acme = openInviting(house)

interface Arrived {
  to: string[]
  raw: string
}
const arrived: Arrived[] = []
let open: SMTPServer | undefined

/** A mail server that keeps what it gets. `refuses`: an address it does not know. */
async function openMailServer({ refuses = '' } = {}): Promise<void> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const error = Object.assign(new Error('no such mailbox'), { responseCode: 550 })
      done(address === refuses ? error : null)
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address)
        arrived.push({ to, raw: Buffer.concat(parts).toString('utf8') })
        done()
      })
    },
  })
  open = server
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
}

const closeMailServer = () =>
  new Promise<void>((resolve) => {
    if (open) open.close(resolve)
    else resolve()
    open = undefined
  })

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return free
}

const to = (email: string) => arrived.filter((mail) => mail.to.includes(email))
const messageId = (mail: Arrived | undefined) => /^Message-ID: (.+)$/im.exec(mail?.raw ?? '')?.[1]

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const lastError = async (email: string) => {
  const row = await house.db
    .selectFrom('mailOutbox')
    .select(['lastError', 'tries'])
    .where('toEmail', '=', email)
    .executeTakeFirstOrThrow()
  return row
}

afterEach(closeMailServer)
afterAll(closeMailServer)

test('NX-19: while the mail server is down an invitation is queued; when it is back the mail goes out, once', async () => {
  const page = await acme.admin.live()
  await page.watch(scope.people(acme.organisationId))
  const { id, email } = await acme.invite(acme.admin)
  await until(async () => (await lastError(email)).lastError !== null)
  expect(page.replica.get('invitation', id)?.state).toBe('queued')
  await openMailServer()
  aheadMs += 10 * 60_000
  await page.until(() => page.replica.get('invitation', id)?.state === 'sent')
  aheadMs += 10 * 60_000
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(to(email)).toHaveLength(1)
  expect(to(email)[0]?.to).toEqual([email])
  expect((await lastError(email)).tries).toBe(2)
})

test('DL-7: two servers send thirty mails once each', async () => {
  await openMailServer()
  await house.another()
  const by = await acme.inviter()
  const bodies = Array.from({ length: 30 }, () => acme.wanted())
  await Promise.all(bodies.map((body) => by.call(invitations.create, { body })))
  await until(() => bodies.every(({ emails }) => to(emails[0] ?? '').length > 0))
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(bodies.map(({ emails }) => to(emails[0] ?? '').length)).toEqual(bodies.map(() => 1))
})

test('REL-3: a server that dies before it can note a mail as sent leaves one more, with the same Message-ID', async () => {
  await openMailServer()
  const { email } = await acme.invite(await acme.inviter())
  await until(() => to(email).length === 1)
  await until(async () => (await sentAt(email)) !== null)
  await house.db
    .updateTable('mailOutbox')
    .set({ sentAt: null, claimedUntil: new Date(Date.now() + aheadMs + 60_000).toISOString() })
    .where('toEmail', '=', email)
    .execute()
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect(to(email)).toHaveLength(1)
  aheadMs += 61_000
  await until(() => to(email).length === 2)
  const [first, second] = to(email)
  expect(messageId(first)).toMatch(/^<[0-9a-f-]{36}@example\.org>$/)
  expect(messageId(second)).toBe(messageId(first))
})

async function sentAt(email: string): Promise<string | null> {
  const row = await house.db
    .selectFrom('mailOutbox')
    .select('sentAt')
    .where('toEmail', '=', email)
    .executeTakeFirstOrThrow()
  return row.sentAt
}

test('W-11, MS-12: an address that the mail server does not know bounces, and everybody sees why', async () => {
  const by = await acme.inviter()
  const page = await by.live()
  await page.watch(scope.people(acme.organisationId))
  const email = 'nobody.knows.me@example.org'
  await openMailServer({ refuses: email })
  const { id } = await acme.invite(by, { email })
  const row = await page.until(() => {
    const known = page.replica.get('invitation', id)
    return known?.state === 'bounced' && known
  })
  expect(row.deliveryError).toContain('no such mailbox')
  expect(to(email)).toEqual([])
})

test('DL-7: what was withdrawn before it could go out is not sent', async () => {
  const by = await acme.inviter()
  const { id, email } = await acme.invite(by)
  await until(async () => (await lastError(email)).lastError !== null)
  await by.call(invitations.revoke, { params: { id } })
  await openMailServer()
  aheadMs += 10 * 60_000
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(to(email)).toEqual([])
})

test('a server with a mail server has no mailbox', async () => {
  expect((await house.anyone.try(mailbox.list)).status).toBe(404)
  const page = await fetch(`${house.url}/dev/mail`)
  expect(await page.text()).not.toContain('No mail server is set')
})
