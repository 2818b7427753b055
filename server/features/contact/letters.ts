// The mails about another e-mail, and the message with a code. Pure: what they say is handed to them.
import { CODE_MINUTES, CONFIRM_HOURS, REVERT_HOURS } from '#contract/contact.ts'
import type { Language } from '#contract/shapes.ts'
import { type Draft, type Letter, layOut, say } from '../mail-outbox/layout.ts'

/** To the new address, with the link; to the old one, when it is asked for and when it is done. */
export type Template = 'email_confirm' | 'email_asked' | 'email_changed'

export interface Facts {
  accountName: string
  accountColour: string
  firstName: string
  /** What the e-mail becomes, or has become. */
  email: string
  link: string
}

/** The mail in the language. Throws when the link is not one to a web page. */
export function letterOf(template: Template, language: Language, facts: Facts): Letter {
  const { accountName, accountColour, link } = facts
  const { title, label, ...said } = WRITERS[template][language](facts)
  const look = { language, accountName, accountColour, linkHint: LINK_HINT[language] }
  return layOut({ ...said, ...look, subject: title, title: [title], button: { label, link } })
}

/** The message with a code. */
export function codeText(language: Language, code: string): string {
  return language === 'nl'
    ? `${code} is uw code van Switchboard. Hij werkt ${CODE_MINUTES} minuten. Geef hem aan niemand.`
    : `${code} is your Switchboard code. It works for ${CODE_MINUTES} minutes. Give it to nobody.`
}

type Said = Pick<Draft, 'paragraphs' | 'footer'> & { title: string; label: string }

const LINK_HINT = {
  en: 'If the button does not work, open this address:',
  nl: 'Werkt de knop niet? Open dan dit adres:',
}
const WHY = {
  en: ['You get this mail because you have a login on Switchboard.'],
  nl: ['U krijgt deze mail omdat u een login hebt op Switchboard.'],
}

const WRITERS: Record<Template, Record<Language, (facts: Facts) => Said>> = {
  email_confirm: {
    en: ({ firstName, email }) => ({
      title: 'Confirm your new e-mail address',
      paragraphs: [
        say`Hello ${{ name: firstName }},`,
        say`From now on ${{ code: email }} is to be your address on Switchboard. Confirm it within ${String(CONFIRM_HOURS)} hours; until then everything stays as it is.`,
      ],
      label: 'Confirm the address',
      footer: [
        'You get this mail because somebody gave this address as theirs. Was it not you? Then do nothing.',
      ],
    }),
    nl: ({ firstName, email }) => ({
      title: 'Bevestig uw nieuwe e-mailadres',
      paragraphs: [
        say`Hallo ${{ name: firstName }},`,
        say`Voortaan wordt ${{ code: email }} uw adres op Switchboard. Bevestig het binnen ${String(CONFIRM_HOURS)} uur; tot dan blijft alles zoals het is.`,
      ],
      label: 'Adres bevestigen',
      footer: [
        'U krijgt deze mail omdat iemand dit adres als het zijne opgaf. Was u dat niet? Dan hoeft u niets te doen.',
      ],
    }),
  },
  email_asked: {
    en: ({ firstName, email }) => ({
      title: 'Another e-mail address was asked for',
      paragraphs: [
        say`Hello ${{ name: firstName }},`,
        say`Your address on Switchboard is to become ${{ code: email }}, once it is confirmed there. Until then this one stays. Was that not you, nor your administrator? Then choose a new password at once: that calls it off.`,
      ],
      label: 'It was not me',
      footer: WHY.en,
    }),
    nl: ({ firstName, email }) => ({
      title: 'Er is om een ander e-mailadres gevraagd',
      paragraphs: [
        say`Hallo ${{ name: firstName }},`,
        say`Uw adres op Switchboard wordt ${{ code: email }}, zodra het daar is bevestigd. Tot dan blijft dit adres gelden. Was u dat niet, en uw beheerder ook niet? Kies dan meteen een nieuw wachtwoord: dan gaat het niet door.`,
      ],
      label: 'Dat was ik niet',
      footer: WHY.nl,
    }),
  },
  email_changed: {
    en: ({ firstName, email }) => ({
      title: 'Your e-mail address was changed',
      paragraphs: [
        say`Hello ${{ name: firstName }},`,
        say`Your address on Switchboard is ${{ code: email }} now. This one no longer signs you in. Was that not you, nor your administrator? For ${String(REVERT_HOURS)} hours you can take it back: you are then signed out everywhere and choose a new password.`,
      ],
      label: 'Take it back',
      footer: WHY.en,
    }),
    nl: ({ firstName, email }) => ({
      title: 'Uw e-mailadres is gewijzigd',
      paragraphs: [
        say`Hallo ${{ name: firstName }},`,
        say`Uw adres op Switchboard is nu ${{ code: email }}. Met dit adres meldt u zich niet meer aan. Was u dat niet, en uw beheerder ook niet? U kunt het ${String(REVERT_HOURS)} uur lang terugdraaien: dan bent u overal afgemeld en kiest u een nieuw wachtwoord.`,
      ],
      label: 'Terugdraaien',
      footer: WHY.nl,
    }),
  },
}
