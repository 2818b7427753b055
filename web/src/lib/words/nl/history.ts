import type { Translation } from '../catalogue.ts'
import type english from '../en/history.ts'

export default {
  title: 'Archief',
  forbidden:
    'Het archief is voor wie afgelopen chats mag lezen. Een beheerder kan dat recht geven.',
  empty: 'Afgelopen chats blijven hier bewaard, de laatste bovenaan.',
  choose: 'Kies een chat om die te lezen.',
  gone: 'Deze chat staat niet in het archief. Hij loopt misschien weer, of is niet aan u om te lezen.',

  'search.label': 'Afgelopen chats doorzoeken',
  'search.placeholder': 'Bezoeker of woorden',
  'search.focus': 'Zoeken',
  filter: 'De lijst inperken',
  'filter.site': 'Site',
  'filter.site.all': 'Alle sites',
  'filter.queue': 'Wachtrij',
  'filter.queue.all': 'Alle wachtrijen',
  'filter.operator': 'Medewerker',
  'filter.operator.all': 'Alle medewerkers',
  'filter.from': 'Afgelopen vanaf',
  'filter.until': 'Afgelopen tot en met',
  'filter.none': 'Geen afgelopen chat past bij wat u vraagt.',
  'filter.clear': 'Alles tonen',

  list: 'Afgelopen chats',
  more: 'Meer tonen',
  test: 'Test',
  former: 'Voormalige medewerker',
  unanswered: 'Niemand antwoordde',
  'by.operator': 'Beëindigd door de medewerker',
  'by.visitor': 'Beëindigd door de bezoeker',
  'by.abandoned': 'De bezoeker vertrok voor een antwoord',
  'by.supervisor': 'Beëindigd door een supervisor',
  'by.expired': 'Vanzelf beëindigd',
  messages: { one: '{n} bericht', other: '{n} berichten' },

  back: 'Terug naar de lijst',
  thread: 'Chat met {visitor}',
  started: 'Begonnen {time}',
  ended: '{how}, {time}',
  visitor: 'Bezoeker',
  'note.from': 'Voor het team, van {name}',

  transfer: 'Doorgeven',
  'transfer.title': 'De chat met {visitor} doorgeven',
  'transfer.text':
    'De chat wacht in de wachtrij alsof die net kwam. De bezoeker leest dat er is doorgegeven en kan verder schrijven.',
  'transfer.queue': 'Wachtrij',
  'transfer.queue.choose': 'Kies een wachtrij',
  'transfer.note': 'Notitie voor het team',
  'transfer.note.hint': 'De bezoeker ziet die niet.',
  'transfer.done': 'Doorgegeven aan {queue}.',
  'transfer.none': 'Er is geen wachtrij waar deze chat naartoe kan.',
  cancel: 'Annuleren',
} satisfies Translation<typeof english, 'one' | 'other'>
