import fc from 'fast-check'
import { Window } from 'happy-dom'
import { describe, expect, test } from 'vitest'
import type { Letter } from './layout.ts'
import { type AcceptedMail, type InvitationMail, letterOf } from './templates.ts'

const invitation: InvitationMail = {
  accountName: 'Fietsen & Meer',
  accountColour: '#1864ab',
  inviterName: 'Anna de Vries',
  roleNames: ['Agent'],
  isPasswordMade: false,
  firstName: 'Bram',
  expiresAt: '2026-11-27T13:30:00.000Z',
  timeZone: 'Europe/Amsterdam',
  link: 'https://chat.example.org/invitation#t=abcdefghijklmnopqrstuvwxyzABCDEFGHIJ_-01234',
}
const accepted: AcceptedMail = {
  accountName: 'Fietsen & Meer',
  accountColour: '#1864ab',
  inviterFirstName: 'Anna',
  name: 'Bram Smit',
  email: 'bram@example.org',
  link: 'https://chat.example.org/people?open=1&tab=all',
}

/** The mail as a mail program sees it: what is in it, and what is said. */
function opened({ html }: Letter) {
  const window = new Window({ settings: { disableJavaScriptEvaluation: true } })
  window.document.write(html)
  const { document } = window
  const elements = [...document.querySelectorAll('*')]
  return {
    tags: [...new Set(elements.map((one) => one.tagName.toLowerCase()))].toSorted(),
    attributes: [
      ...new Set(elements.flatMap((one) => [...one.attributes].map(({ name }) => name))),
    ],
    links: [...document.querySelectorAll('[href]')].map((one) => one.getAttribute('href')),
    title: document.title,
    language: document.documentElement.getAttribute('lang'),
    text: (document.body.textContent ?? '').replace(/\s+/g, ' '),
  }
}

const TAGS = [
  ...[
    'a',
    'bdi',
    'body',
    'br',
    'h1',
    'head',
    'html',
    'meta',
    'p',
    'strong',
    'table',
    'tbody',
    'td',
  ],
  ...['title', 'tr'],
]

describe('an invitation', () => {
  test('says in English who invites, to what, as what and until when', () => {
    const letter = letterOf('invitation', 'en', invitation)
    expect(letter.subject).toBe('Anna de Vries invites you to Fietsen & Meer')
    expect(letter.text).toBe(`You are invited to Fietsen & Meer

Hello Bram,

Anna de Vries invites you to work with the team of Fietsen & Meer on Switchboard, where its live chats are answered. Your role will be Agent.

Choose a password, or sign in if you have one here already, and you are in. The invitation is yours alone, works once and ends on Friday 27 November 2026 at 14:30 (Amsterdam).

Accept the invitation:
https://chat.example.org/invitation#t=abcdefghijklmnopqrstuvwxyzABCDEFGHIJ_-01234

-- 
Fietsen & Meer
You get this mail because Anna de Vries entered your address. Were you not expecting it? Then do nothing: without you nothing happens.
`)
  })

  test('says the same in Dutch', () => {
    const letter = letterOf('invitation', 'nl', invitation)
    expect(letter.subject).toBe('Anna de Vries nodigt u uit voor Fietsen & Meer')
    expect(letter.text).toContain('Hallo Bram,')
    expect(letter.text).toContain('verloopt op vrijdag 27 november 2026 om 14:30 (Amsterdam).')
    expect(opened(letter)).toMatchObject({ language: 'nl', title: letter.subject })
  })

  test('shows in HTML all that the text says, with a button and the plain link', () => {
    const letter = letterOf('invitation', 'en', invitation)
    const mail = opened(letter)
    expect(mail.tags).toEqual(TAGS)
    expect(mail.links).toEqual([invitation.link, invitation.link])
    for (const said of [
      'Hello Bram,',
      'Anna de Vries invites you',
      'Friday 27 November 2026 at 14:30',
    ]) {
      expect(mail.text).toContain(said)
    }
    expect(mail.text).toContain(invitation.link)
    expect(letter.html).toContain('bgcolor="#1864ab"')
    expect(letter.html).not.toMatch(/<style|<script|<img|src=/i)
    // The mailbox page puts its <base> into the head.
    expect(letter.html).toContain('<head>')
  })

  test('greets without a name when there is none', () => {
    for (const firstName of [undefined, '', ' ']) {
      expect(letterOf('invitation', 'en', { ...invitation, firstName }).text).toContain(
        '\nHello,\n',
      )
    }
  })

  test('tells the end in the time of the account', () => {
    const late = { ...invitation, expiresAt: '2026-12-31T23:30:00.000Z' }
    const inNewYork = { ...late, timeZone: 'America/New_York' }
    expect(letterOf('invitation', 'en', late).text).toContain('Friday 1 January 2027 at 00:30')
    expect(letterOf('invitation', 'en', inNewYork).text).toContain(
      'Thursday 31 December 2026 at 18:30 (New York)',
    )
  })
})

describe('the news that it is accepted', () => {
  test('goes to the inviter, in English and in Dutch', () => {
    const letter = letterOf('invitation_accepted', 'en', accepted)
    expect(letter.subject).toBe('Bram Smit has joined Fietsen & Meer')
    expect(letter.text).toContain('Hello Anna,')
    expect(letter.text.replaceAll('\u200b', '')).toContain(
      'Bram Smit (bram@example.org) has accepted',
    )
    expect(opened(letter).links).toEqual([accepted.link, accepted.link])
    const dutch = letterOf('invitation_accepted', 'nl', accepted)
    expect(dutch.subject).toBe('Bram Smit doet mee bij Fietsen & Meer')
    expect(dutch.text).toContain('heeft uw uitnodiging aangenomen')
  })
})

describe('the colour of the account', () => {
  test.each([
    ['#1864ab', '#ffffff'],
    ['#0b7285', '#ffffff'],
    ['#000000', '#ffffff'],
    ['#ffe066', '#1c2530'],
    ['#ffffff', '#1c2530'],
  ])('%s has a label in %s', (accountColour, ink) => {
    const { html } = letterOf('invitation', 'en', { ...invitation, accountColour })
    expect(html).toContain(`bgcolor="${accountColour}"`)
    expect(html).toContain(`;color:${ink};text-decoration:none`)
  })

  test.each(['red', '#fff', '"><script>', '#1864ab;background:url(//evil)', ''])(
    '%j is not one, and becomes our own',
    (accountColour) => {
      const { html } = letterOf('invitation', 'en', { ...invitation, accountColour })
      expect(html).toContain('bgcolor="#0b7285"')
      expect(html).not.toContain('evil')
    },
  )
})

describe('whatever people call themselves', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    "{{constructor.constructor('alert(1)')()}}",
    `\${7*7}`,
    '<%= 7*7 %>',
    'javascript:alert(1)',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src onerror=alert(1)&gt;">',
    '</title><script>alert(1)</script>',
    '</td></tr></table><form action=//evil>',
    '&lt;img&gt;',
    '<base href=//evil>',
    '<form id=x><input name=attributes>',
    "' onmouseover='alert(1)",
    '--><!--',
    '=HYPERLINK("http://evil.example")',
    `%s%n\${jndi:ldap://x}`,
  ]

  test.each(hostile)('%s is only text', (name) => {
    const attack = {
      ...invitation,
      accountName: name,
      inviterName: name,
      roleNames: [name],
      firstName: name,
    }
    const letter = letterOf('invitation', 'en', attack)
    const mail = opened(letter)
    expect(mail.tags).toEqual(TAGS)
    expect(mail.links).toEqual([invitation.link, invitation.link])
    expect(mail.attributes.some((attribute) => attribute.startsWith('on'))).toBe(false)
    expect(mail.attributes).not.toContain('src')
    const shown = mail.text.replaceAll('\u200b', '')
    if ([...name].length <= 64) expect(shown).toContain(`${name} invites you`)
    expect(shown).not.toContain('Your role will be 49')
    expect(letter.subject).toContain(name.slice(0, 20))
  })

  test.each([
    'http://good.com@evil.com',
    'Click https://evil.example/x?y=1',
    'evil.example',
    'www.evil.example',
    'boss@evil.example',
    'evil。example',
    'mailto:boss@evil.example',
  ])('%s is not made a link of', (name) => {
    const letter = letterOf('invitation', 'en', { ...invitation, inviterName: name })
    for (const said of [letter.text, opened(letter).text]) {
      expect(said.replaceAll('\u200b', '')).toContain(name)
      const others = said.replaceAll(invitation.link, '')
      expect(others).not.toMatch(/\w:\/\/|\w[.@。]\w/)
    }
  })

  test('a name cannot begin a line, a header or a second mail', () => {
    const name = 'Anna\r\nBcc: evil@evil.example\u2028\u0000\u001b[31m\u202e'
    const letter = letterOf('invitation', 'en', { ...invitation, inviterName: name })
    expect(letter.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
    expect(letter.text).not.toMatch(/^Bcc/m)
    expect(letter.html).not.toMatch(/^Bcc/m)
  })

  test('a name of 10,000 letters is cut, and not through a letter', () => {
    const family = '👨‍👩‍👧‍👦'
    for (const name of ['x'.repeat(10_000), family.repeat(100), `a${'\u0301'.repeat(5000)}`]) {
      const { subject } = letterOf('invitation', 'en', { ...invitation, inviterName: name })
      expect([...subject].length).toBeLessThan(350)
    }
    const { subject } = letterOf('invitation', 'en', {
      ...invitation,
      inviterName: family.repeat(20),
    })
    expect(subject.startsWith(family.repeat(20))).toBe(true)
  })

  test('the mail has the same tags, links and one-line subject', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile))
    const names = fc.record({
      accountName: name,
      inviterName: name,
      roleNames: fc.array(name, { minLength: 1, maxLength: 3 }),
      firstName: name,
    })
    fc.assert(
      fc.property(names, fc.constantFrom('en', 'nl'), (some, language) => {
        const letter = letterOf('invitation', language, { ...invitation, ...some })
        const mail = opened(letter)
        expect(mail.tags).toEqual(TAGS)
        expect(mail.links).toEqual([invitation.link, invitation.link])
        expect(letter.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
        expect(letter.text.isWellFormed() && letter.html.isWellFormed()).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

test('a mail says all the roles', () => {
  const { text } = letterOf('invitation', 'en', { ...invitation, roleNames: ['A', 'B', 'C'] })
  expect(text).toContain('Your roles will be A, B and C.')
  const dutch = letterOf('invitation', 'nl', { ...invitation, roleNames: ['A', 'B'] })
  expect(dutch.text).toContain('Uw rollen worden A en B.')
})

test('NX-22: a mail with a password has it letter by letter, and so the login', () => {
  const mail = {
    ...{ accountName: 'Fietsen & Meer', accountColour: '#1864ab', firstName: 'Bram' },
    ...{ login: 'bram.smit@example.org', password: 'a<b>&"c@d.e:/' },
    ...{ expiresAt: invitation.expiresAt, timeZone: invitation.timeZone },
    link: 'https://chat.example.org/sign-in',
  }
  for (const [language, said] of [
    ['en', 'Your login is bram.smit@example.org and your password a<b>&"c@d.e:/'],
    ['nl', 'Uw login is bram.smit@example.org en uw wachtwoord a<b>&"c@d.e:/'],
  ] as const) {
    const letter = letterOf('assigned_password', language, mail)
    expect(letter.text).toContain(said)
    expect(opened(letter)).toMatchObject({ language, tags: TAGS, links: [mail.link, mail.link] })
    expect(opened(letter).text).toContain(said)
    expect(letter.subject).not.toContain(mail.password)
  }
})

test.each(['javascript:alert(1)', 'data:text/html,x', '//evil', '/people', ''])(
  'a link such as %j is refused',
  (link) => {
    expect(() => letterOf('invitation', 'en', { ...invitation, link })).toThrow()
  },
)
