// The mails that Switchboard sends, in words. Pure: what they say is handed to them.
import type { Language } from '#contract/shapes.ts'
import { type Draft, type Letter, layOut, oneLine, type Sentence, say } from './layout.ts'

export interface InvitationMail {
  accountName: string
  /** `#rrggbb`; anything else becomes Switchboard's own. */
  accountColour: string
  inviterName: string
  roleNames: readonly string[]
  /** Whether a password is made and mailed, instead of chosen. */
  isPasswordMade: boolean
  /** Undefined: the inviter did not know it. */
  firstName?: string | undefined
  /** An instant; shown in the time zone, an IANA name. */
  expiresAt: string
  timeZone: string
  link: string
}

export interface AcceptedMail {
  accountName: string
  accountColour: string
  /** To whom the mail goes: the one who invited. */
  inviterFirstName: string
  /** Who accepted. */
  name: string
  email: string
  /** Where the new person is found in the console. */
  link: string
}

export interface AssignedPasswordMail {
  accountName: string
  accountColour: string
  firstName: string
  login: string
  password: string
  /** An instant; shown in the time zone, an IANA name. */
  expiresAt: string
  timeZone: string
  /** Where they sign in. */
  link: string
}

interface Mails {
  invitation: InvitationMail
  invitation_accepted: AcceptedMail
  assigned_password: AssignedPasswordMail
}
export type Template = keyof Mails

/** The mail in the language. Throws when the link is not one to a web page. */
export function letterOf<T extends Template>(
  template: T,
  language: Language,
  data: Mails[T],
): Letter {
  const { accountName, accountColour, link } = data
  const { label, ...said } = WRITERS[template][language](data)
  return layOut({ ...said, language, accountName, accountColour, button: { label, link } })
}

type Said = Omit<Draft, 'language' | 'accountName' | 'accountColour' | 'button'> & { label: string }
type Writers = { [T in Template]: Record<Language, (data: Mails[T]) => Said> }

const LINK_HINT = {
  en: 'If the button does not work, open this address:',
  nl: 'Werkt de knop niet? Open dan dit adres:',
}

const WRITERS: Writers = {
  invitation: {
    en: (mail) => ({
      subject: `${oneLine(mail.inviterName)} invites you to ${oneLine(mail.accountName)}`,
      title: say`You are invited to ${{ name: mail.accountName }}`,
      paragraphs: [
        greeting('Hello', mail.firstName),
        say`${{ name: mail.inviterName }} invites you to work with the team of ${{ name: mail.accountName }} on Switchboard, where its live chats are answered. ${mail.roleNames.length > 1 ? 'Your roles will be ' : 'Your role will be '}`.concat(
          listed('en-GB', mail.roleNames),
          '.',
        ),
        say`${mail.isPasswordMade ? 'Accept, and you get a mail with your login and a password; sign in if you have one here already.' : 'Choose a password, or sign in if you have one here already, and you are in.'} The invitation is yours alone, works once and ends on ${inWords('en-GB', mail)}.`,
      ],
      label: 'Accept the invitation',
      linkHint: LINK_HINT.en,
      footer: say`You get this mail because ${{ name: mail.inviterName }} entered your address. Were you not expecting it? Then do nothing: without you nothing happens.`,
    }),
    nl: (mail) => ({
      subject: `${oneLine(mail.inviterName)} nodigt u uit voor ${oneLine(mail.accountName)}`,
      title: say`U bent uitgenodigd voor ${{ name: mail.accountName }}`,
      paragraphs: [
        greeting('Hallo', mail.firstName),
        say`${{ name: mail.inviterName }} nodigt u uit om met het team van ${{ name: mail.accountName }} te werken in Switchboard, waar de livechats worden beantwoord. ${mail.roleNames.length > 1 ? 'Uw rollen worden ' : 'Uw rol wordt '}`.concat(
          listed('nl-NL', mail.roleNames),
          '.',
        ),
        say`${mail.isPasswordMade ? 'Neem de uitnodiging aan en u krijgt een mail met uw login en een wachtwoord; meld u aan als u er hier al een hebt.' : 'Kies een wachtwoord, of meld u aan als u er hier al een hebt, en u kunt beginnen.'} De uitnodiging is alleen voor u, werkt één keer en verloopt op ${inWords('nl-NL', mail)}.`,
      ],
      label: 'Uitnodiging aannemen',
      linkHint: LINK_HINT.nl,
      footer: say`U krijgt deze mail omdat ${{ name: mail.inviterName }} uw adres heeft ingevuld. Verwachtte u hem niet? Dan hoeft u niets te doen: zonder u gebeurt er niets.`,
    }),
  },
  invitation_accepted: {
    en: (mail) => ({
      subject: `${oneLine(mail.name)} has joined ${oneLine(mail.accountName)}`,
      title: say`${{ name: mail.name }} has joined ${{ name: mail.accountName }}`,
      paragraphs: [
        greeting('Hello', mail.inviterFirstName),
        say`${{ name: mail.name }} (${{ name: mail.email }}) has accepted your invitation and can sign in from now on.`,
      ],
      label: 'See the new colleague',
      linkHint: LINK_HINT.en,
      footer: say`You get this mail because you sent the invitation.`,
    }),
    nl: (mail) => ({
      subject: `${oneLine(mail.name)} doet mee bij ${oneLine(mail.accountName)}`,
      title: say`${{ name: mail.name }} doet mee bij ${{ name: mail.accountName }}`,
      paragraphs: [
        greeting('Hallo', mail.inviterFirstName),
        say`${{ name: mail.name }} (${{ name: mail.email }}) heeft uw uitnodiging aangenomen en kan zich vanaf nu aanmelden.`,
      ],
      label: 'Bekijk de nieuwe collega',
      linkHint: LINK_HINT.nl,
      footer: say`U krijgt deze mail omdat u de uitnodiging hebt verstuurd.`,
    }),
  },
  assigned_password: {
    en: (mail) => ({
      subject: `Your login for ${oneLine(mail.accountName)}`,
      title: say`You belong to ${{ name: mail.accountName }} now`,
      paragraphs: [
        greeting('Hello', mail.firstName),
        say`Your login is ${{ code: mail.login }} and your password ${{ code: mail.password }}`,
        say`It lets you in once, until ${inWords('en-GB', mail)}; then you choose one of your own. Nobody else knows it: give it to no one.`,
      ],
      label: 'Sign in',
      linkHint: LINK_HINT.en,
      footer: say`You get this mail because you accepted the invitation to ${{ name: mail.accountName }}.`,
    }),
    nl: (mail) => ({
      subject: `Uw login voor ${oneLine(mail.accountName)}`,
      title: say`U hoort nu bij ${{ name: mail.accountName }}`,
      paragraphs: [
        greeting('Hallo', mail.firstName),
        say`Uw login is ${{ code: mail.login }} en uw wachtwoord ${{ code: mail.password }}`,
        say`U kunt zich er één keer mee aanmelden, tot ${inWords('nl-NL', mail)}; daarna kiest u er zelf een. Niemand anders kent het: geef het aan niemand.`,
      ],
      label: 'Aanmelden',
      linkHint: LINK_HINT.nl,
      footer: say`U krijgt deze mail omdat u de uitnodiging voor ${{ name: mail.accountName }} hebt aangenomen.`,
    }),
  },
}

/** Names with commas between them, and a word before the last. */
function listed(locale: 'en-GB' | 'nl-NL', names: readonly string[]): Sentence {
  const parts = new Intl.ListFormat(locale).formatToParts(names)
  return parts.map(({ type, value }) => (type === 'element' ? { name: value } : value))
}

function greeting(hello: string, name: string | undefined): Sentence {
  return name?.trim() ? say`${hello} ${{ name }},` : [`${hello},`]
}

/** `Friday 27 November 2026 at 14:30 (Amsterdam)`. */
function inWords(
  locale: 'en-GB' | 'nl-NL',
  { expiresAt, timeZone }: Pick<InvitationMail, 'expiresAt' | 'timeZone'>,
): string {
  const words = new Intl.DateTimeFormat(locale, {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone,
  }).format(new Date(expiresAt))
  const place = timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone
  // Some editions of the calendar's words put a comma after the weekday, some do not.
  return `${words.replace(',', '')} (${place})`
}
