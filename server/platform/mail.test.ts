import { type AddressInfo, createServer } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { MailError, openMailer } from './mail.ts'

interface Received {
  from: string
  recipients: string[]
  raw: string
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** A real SMTP server on loopback that keeps what it is given. */
async function startSmtp(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          recipients: rcptTo.map((one) => one.address),
          raw: Buffer.concat(parts).toString('utf8'),
        })
        done()
      })
    },
    ...options,
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  open.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, received }
}

const mailer = (smtpUrl: string) =>
  openMailer({ smtpUrl, from: 'Switchboard <switchboard@example.org>' })

const mail = {
  to: { name: 'Anna de Vries', address: 'anna@example.org' },
  subject: 'An invitation',
  html: '<p>Hello</p>',
  text: 'Hello',
}

function reply(responseCode: number, message = 'no') {
  return Object.assign(new Error(message), { responseCode })
}

async function failureOf(sending: Promise<void>): Promise<MailError> {
  const error = await sending.then(
    () => undefined,
    (one: unknown) => one,
  )
  if (error instanceof MailError) return error
  throw new Error(`expected a MailError, got ${error}`)
}

/** The header, unfolded, with its encoded words decoded. */
function headerOf(raw: string, name: string): string {
  const [head = ''] = raw.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const found = lines.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  expect(found).toHaveLength(1)
  return (found[0] ?? '')
    .slice(name.length + 1)
    .trim()
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?(q|b)\?(.*?)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString()
        : decodeURIComponent(text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/g, '%$1')),
    )
}

test('a mail arrives, once, with both of its bodies', async () => {
  const smtp = await startSmtp()
  await mailer(smtp.url).send({ ...mail, subject: 'Uitnodiging voor Café Zaïre', id: 'a-1' })
  expect(smtp.received).toHaveLength(1)
  const [{ from, recipients, raw } = { from: '', recipients: [], raw: '' }] = smtp.received
  expect(from).toBe('switchboard@example.org')
  expect(recipients).toEqual(['anna@example.org'])
  expect(headerOf(raw, 'To')).toBe('Anna de Vries <anna@example.org>')
  expect(headerOf(raw, 'From')).toBe('Switchboard <switchboard@example.org>')
  expect(headerOf(raw, 'Subject')).toBe('Uitnodiging voor Café Zaïre')
  expect(headerOf(raw, 'Message-ID')).toBe('<a-1@example.org>')
  expect(headerOf(raw, 'Auto-Submitted')).toBe('auto-generated')
  expect(raw).toContain('text/plain')
  expect(raw).toContain('<p>Hello</p>')
})

test('verify connects without sending', async () => {
  const smtp = await startSmtp()
  await mailer(smtp.url).verify()
  expect(smtp.received).toEqual([])
})

test('signs in with the user and password of the address', async () => {
  const seen: unknown[] = []
  const smtp = await startSmtp({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      seen.push([username, password])
      if (password === 'p@ss') done(null, { user: username })
      else done(reply(535, 'wrong'))
    },
  })
  await mailer(smtp.url.replace('//', '//anna:p%40ss@')).send(mail)
  expect(seen).toEqual([['anna', 'p@ss']])
  const failure = await failureOf(mailer(smtp.url.replace('//', '//anna:wrong@')).send(mail))
  expect(failure.kind).toBe('temporary')
  expect(smtp.received).toHaveLength(1)
})

describe('a mail that does not go is', () => {
  test.each([
    ['permanent', 'the address is unknown', 550, 'onRcptTo'],
    ['permanent', 'the sender is not liked', 553, 'onMailFrom'],
    ['permanent', 'the mail is too large', 552, 'onData'],
    ['permanent', 'the mail is spam', 554, 'onData'],
    ['temporary', 'the service is shutting down', 421, 'onRcptTo'],
    ['temporary', 'the mailbox is busy', 450, 'onRcptTo'],
    ['temporary', 'the mailbox is full for now', 452, 'onRcptTo'],
    ['temporary', 'the sender is greylisted', 451, 'onMailFrom'],
    ['temporary', 'the disk is full', 452, 'onData'],
    ['temporary', 'the commands came in a bad order', 503, 'onRcptTo'],
    ['temporary', 'we are not welcome at all', 554, 'onConnect'],
    ['temporary', 'there are too many connections', 421, 'onConnect'],
  ])('%s when %s (%i)', async (kind, why, code, when) => {
    const refuse = (_: unknown, __: unknown, done: (error: Error) => void) => done(reply(code, why))
    const handlers: Record<string, SMTPServerOptions> = {
      onRcptTo: { onRcptTo: refuse },
      onMailFrom: { onMailFrom: refuse },
      onConnect: { onConnect: (_session, done) => done(reply(code, why)) },
      onData: {
        onData(stream, _session, done) {
          stream.resume().on('end', () => done(reply(code, why)))
        },
      },
    }
    const smtp = await startSmtp(handlers[when])
    const failure = await failureOf(mailer(smtp.url).send(mail))
    expect(failure.kind).toBe(kind)
    expect(failure.message).toContain(`${code}`)
    expect(failure.message).not.toMatch(/[\r\n]/)
  })

  test('temporary when nobody listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const closed = mailer(`smtp://127.0.0.1:${port}`)
    expect((await failureOf(closed.send(mail))).kind).toBe('temporary')
    expect((await failureOf(closed.verify())).kind).toBe('temporary')
  })

  test('temporary when the connection breaks off', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    open.push(() => new Promise((resolve) => server.close(() => resolve())))
    const { port } = server.address() as AddressInfo
    const failure = await failureOf(mailer(`smtp://127.0.0.1:${port}`).send(mail))
    expect(failure.kind).toBe('temporary')
  })
})

test('a server that says nothing is given up', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  open.push(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  const timeouts = {
    dnsTimeout: 100,
    connectionTimeout: 100,
    greetingTimeout: 100,
    socketTimeout: 100,
  }
  const smtpUrl = `smtp://127.0.0.1:${port}`
  const started = performance.now()
  const impatient = openMailer({ smtpUrl, from: 'a@example.org', timeouts })
  expect((await failureOf(impatient.send(mail))).kind).toBe('temporary')
  expect(performance.now() - started).toBeLessThan(3000)
})

describe('whatever somebody is called, the mail has one recipient and no header of theirs', () => {
  test.each([
    '"><img src=x>',
    'Anna" <evil@evil.example>, "x',
    'Anna <evil@evil.example>',
    'evil@evil.example, ',
    'group: evil@evil.example;',
    'Anna\r\nBcc: evil@evil.example',
    'Anna\nBcc: evil@evil.example\n\nbody',
    'Anna\u2028Bcc: evil@evil.example',
    'Anna\u0000\u001b[31m',
    '\u202eevil',
    '\ud800',
    '=?utf-8?q?evil=40evil=2Eexample=0ABcc?=',
    'Łukasz 李雷 👨‍👩‍👧‍👦',
    'x'.repeat(10_000),
    '',
  ])('%.60j', async (name) => {
    const smtp = await startSmtp()
    await mailer(smtp.url).send({ ...mail, to: { ...mail.to, name }, subject: name || 'x' })
    expect(smtp.received).toHaveLength(1)
    const [{ recipients, raw } = { recipients: [], raw: '' }] = smtp.received
    expect(recipients).toEqual(['anna@example.org'])
    const [head = ''] = raw.split('\r\n\r\n')
    const names = head
      .split('\r\n')
      .filter((line) => !/^[ \t]/.test(line))
      .map((line) => line.split(':')[0])
    expect(names.toSorted()).toEqual([
      ...[
        'Auto-Submitted',
        'Content-Type',
        'Date',
        'From',
        'MIME-Version',
        'Message-ID',
        'Subject',
      ],
      ...['To', 'X-Auto-Response-Suppress'],
    ])
    const to = headerOf(raw, 'To')
    expect(to.endsWith('anna@example.org>') || to === 'anna@example.org').toBe(true)
    expect(head.split('\r\n').every((line) => line.length < 998)).toBe(true)
  })
})

test.each([
  'anna@example.org, evil@evil.example',
  'anna@example.org\r\nBcc: evil@evil.example',
  'anna@example.org> <evil@evil.example',
  '"anna@example.org evil"@evil.example',
  'anna',
  '',
])('%j is no address to send to, and nothing is sent', async (address) => {
  const smtp = await startSmtp()
  const failure = await failureOf(mailer(smtp.url).send({ ...mail, to: { name: 'Anna', address } }))
  expect(failure.kind).toBe('permanent')
  expect(smtp.received).toEqual([])
})

test('no body can bring in a file or a page', async () => {
  const smtp = await startSmtp()
  const html = '<img src="file:///etc/passwd"><img src="http://127.0.0.1/x">'
  await mailer(smtp.url).send({ ...mail, html, text: 'file:///etc/passwd' })
  const raw = smtp.received[0]?.raw ?? ''
  expect(raw).not.toContain('root:')
  expect(raw).not.toMatch(/Content-Disposition/i)
})

test('an address to send from that is none stops the start', () => {
  for (const from of ['', 'nobody', 'A <nobody>', 'a@b.co, c@d.co']) {
    expect(() => openMailer({ smtpUrl: 'smtp://127.0.0.1:25', from })).toThrow(/send from/)
  }
})
