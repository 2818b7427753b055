// The mails about a login, in words. Pure: what they say is handed to them.
import { RESET_MINUTES } from '#contract/security.ts'
import type { Language } from '#contract/shapes.ts'
import { type Draft, type Letter, layOut, say } from '../mail-outbox/layout.ts'

export type Template = 'new_device' | 'password_changed' | 'password_reset'

export interface Facts {
  accountName: string
  accountColour: string
  timeZone: string
  firstName: string
  /** When it happened: an instant. */
  at: string
  ip: string
  /** Empty: they cannot be told. */
  browser: string
  system: string
  link: string
}

/** The mail in the language. Throws when the link is not one to a web page. */
export function letterOf(template: Template, language: Language, facts: Facts): Letter {
  const { accountName, accountColour, link } = facts
  const { label, ...said } = WRITERS[template][language](facts)
  const linkHint = LINK_HINT[language]
  const look = { language, accountName, accountColour, linkHint }
  return layOut({ ...said, ...look, button: { label, link } })
}

type Said = Pick<Draft, 'subject' | 'title' | 'paragraphs' | 'footer'> & { label: string }
type Writers = Record<Template, Record<Language, (facts: Facts) => Said>>

const LINK_HINT = {
  en: 'If the button does not work, open this address:',
  nl: 'Werkt de knop niet? Open dan dit adres:',
}
const WHY = {
  en: ['You get this mail because you have a login on Switchboard.'],
  nl: ['U krijgt deze mail omdat u een login hebt op Switchboard.'],
}

const WRITERS: Writers = {
  password_reset: {
    en: ({ firstName }) => ({
      subject: 'Choose a new password',
      title: ['Choose a new password'],
      paragraphs: [
        say`Hello ${{ name: firstName }},`,
        [
          `With this link you choose a new password. It works once, for ${RESET_MINUTES} minutes. You are then signed out everywhere.`,
        ],
      ],
      label: 'Choose a password',
      footer: [
        'You get this mail because somebody asked for it with your login. Was it not you? Then do nothing: your password stays as it is.',
      ],
    }),
    nl: ({ firstName }) => ({
      subject: 'Kies een nieuw wachtwoord',
      title: ['Kies een nieuw wachtwoord'],
      paragraphs: [
        say`Hallo ${{ name: firstName }},`,
        [
          `Met deze link kiest u een nieuw wachtwoord. Hij werkt één keer, ${RESET_MINUTES} minuten lang. Daarna bent u overal afgemeld.`,
        ],
      ],
      label: 'Wachtwoord kiezen',
      footer: [
        'U krijgt deze mail omdat iemand hierom vroeg met uw login. Was u dat niet? Dan hoeft u niets te doen: uw wachtwoord blijft zoals het is.',
      ],
    }),
  },
  password_changed: {
    en: (facts) => ({
      subject: 'Your password was changed',
      title: ['Your password was changed'],
      paragraphs: [
        say`Hello ${{ name: facts.firstName }},`,
        [
          `Your password was changed on ${when('en', facts)}. Was that not you, nor your administrator? Then choose a new one at once.`,
        ],
      ],
      label: 'It was not me',
      footer: WHY.en,
    }),
    nl: (facts) => ({
      subject: 'Uw wachtwoord is gewijzigd',
      title: ['Uw wachtwoord is gewijzigd'],
      paragraphs: [
        say`Hallo ${{ name: facts.firstName }},`,
        [
          `Uw wachtwoord is gewijzigd op ${when('nl', facts)}. Was u dat niet, en uw beheerder ook niet? Kies dan meteen een nieuw wachtwoord.`,
        ],
      ],
      label: 'Dat was ik niet',
      footer: WHY.nl,
    }),
  },
  new_device: {
    en: (facts) => ({
      subject: 'Signed in from a new device',
      title: ['Signed in from a new device'],
      paragraphs: [
        say`Hello ${{ name: facts.firstName }},`,
        say`Somebody signed in with your password on ${when('en', facts)}: ${{ name: deviceIn('en', facts) }}, from the address ${{ name: facts.ip }}. Was it not you? Then choose a new password at once.`,
      ],
      label: 'It was not me',
      footer: WHY.en,
    }),
    nl: (facts) => ({
      subject: 'Aangemeld vanaf een nieuw apparaat',
      title: ['Aangemeld vanaf een nieuw apparaat'],
      paragraphs: [
        say`Hallo ${{ name: facts.firstName }},`,
        say`Iemand heeft zich met uw wachtwoord aangemeld op ${when('nl', facts)}: ${{ name: deviceIn('nl', facts) }}, vanaf het adres ${{ name: facts.ip }}. Was u dat niet? Kies dan meteen een nieuw wachtwoord.`,
      ],
      label: 'Dat was ik niet',
      footer: WHY.nl,
    }),
  },
}

function deviceIn(language: Language, { browser, system }: Facts): string {
  const unknown = { en: 'a device that does not say what it is', nl: 'een onbekend apparaat' }
  if (browser === '' || system === '') return browser || system || unknown[language]
  return language === 'nl' ? `${browser} op ${system}` : `${browser} on ${system}`
}

/** `27 November 2026 at 14:30 (Amsterdam)`. */
function when(language: Language, { at, timeZone }: Facts): string {
  const words = new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
    ...{ dateStyle: 'long', timeStyle: 'short', timeZone },
  }).format(new Date(at))
  return `${words} (${timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone})`
}
