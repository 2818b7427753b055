// Notifications in words, where they leave the app. Pure: what they say is handed to them.
import type { Notification } from '#contract/notifications.ts'
import type { Language } from '#contract/shapes.ts'
import { type Letter, layOut, oneLine, type Sentence, say } from '../mail-outbox/layout.ts'

export interface Facts {
  accountName: string
  accountColour: string
  link: string
  data: Record<string, string>
}

interface Said {
  title: Sentence
  text: Sentence
}

type Writer = (of: (key: string) => { name: string }) => Said

const WRITERS: Record<Notification['kind'], Record<Language, Writer>> = {
  invitation_accepted: {
    en: (of) => ({
      title: say`${of('name')} accepted your invitation`,
      text: say`They now belong to ${of('accountName')}.`,
    }),
    nl: (of) => ({
      title: say`${of('name')} heeft uw uitnodiging aangenomen`,
      text: say`Hoort nu bij ${of('accountName')}.`,
    }),
  },
  invitation_lost_parts: {
    en: (of) => ({
      title: say`Part of the invitation for ${of('name')} is gone`,
      text: say`No longer there: ${of('lost')}.`,
    }),
    nl: (of) => ({
      title: say`Een deel van de uitnodiging voor ${of('name')} is vervallen`,
      text: say`Bestaat niet meer: ${of('lost')}.`,
    }),
  },
  two_places: {
    en: (of) => ({
      title: say`${of('name')} is signed in from two places at once`,
      text: say`From ${of('one')} and from ${of('other')}.`,
    }),
    nl: (of) => ({
      title: say`${of('name')} is op twee plaatsen tegelijk aangemeld`,
      text: say`Vanaf ${of('one')} en vanaf ${of('other')}.`,
    }),
  },
}

const AROUND = {
  en: {
    label: 'Open Switchboard',
    linkHint: 'If the button does not work, open this address:',
    footer: 'You chose to get such news by mail. Under “Me” you choose otherwise.',
  },
  nl: {
    label: 'Switchboard openen',
    linkHint: 'Werkt de knop niet? Open dan dit adres:',
    footer: 'U koos ervoor zulk nieuws per mail te krijgen. Onder ‘Ik’ kiest u iets anders.',
  },
}

function saidOf(kind: string, language: Language, data: Record<string, string>): Said | undefined {
  const writers = new Map<string, Record<Language, Writer>>(Object.entries(WRITERS))
  return writers.get(kind)?.[language]((key) => ({ name: data[key] ?? '' }))
}

/** The mail of a kind; undefined: there is no such kind. Throws when the link is none to a web page. */
export function mailOf(kind: string, language: Language, facts: Facts): Letter | undefined {
  const said = saidOf(kind, language, facts.data)
  if (!said) return undefined
  const { label, linkHint, footer } = AROUND[language]
  const { accountName, accountColour, link } = facts
  return layOut({
    ...{ language, accountName, accountColour, linkHint },
    ...{ subject: plain(said.title), title: said.title, paragraphs: [said.text] },
    ...{ button: { label, link }, footer: [footer] },
  })
}

/** The message to a mobile of a kind; undefined: there is no such kind. */
export function smsOf(
  kind: string,
  language: Language,
  data: Record<string, string>,
): string | undefined {
  const said = saidOf(kind, language, data)
  return said && `Switchboard: ${plain(said.title)}. ${plain(said.text)}`
}

function plain(sentence: Sentence): string {
  return sentence
    .map((part) => {
      if (typeof part === 'string') return part
      return 'name' in part ? oneLine(part.name) : part.code
    })
    .join('')
}
