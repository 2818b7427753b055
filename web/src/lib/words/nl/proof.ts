import type { Translation } from '../catalogue.ts'
import type english from '../en/proof.ts'

export default {
  'strip.open': 'Wat er wordt nagegaan, en wat er is gevonden',
  'state.ok': 'Limieten gehouden',
  'state.broken': 'Nu overtreden: {laws}',
  'state.not-checked': 'Limieten niet nagegaan sinds {time}',
  'state.never-checked': 'Limieten nog niet nagegaan',
  checks: {
    one: '{broken} van {n} controle overtreden',
    other: '{broken} van {n} controles overtreden',
  },
  'last.never': 'laatst overtreden: nooit',
  'last.at': 'laatst overtreden: {time} ({law})',
  'broken.of': '{law} ({count})',

  title: 'Limieten gehouden, bij elke controle',
  explained:
    'Een controleur die zelf geen chats verdeelt, kijkt ongeveer elke seconde over een eigen verbinding naar de tabellen en bewaart wat hij vindt.',
  'now.ok': 'Elke wet geldt.',
  'now.broken': 'Er wordt nu een wet overtreden. Zeg het wie deze installatie beheert.',
  'now.not-checked': 'Er is al een tijd niets nagegaan, dus wordt van niets gezegd dat het klopt.',
  since: 'Geteld sinds {time}.',
  every: { one: 'Elke seconde een controle.', other: 'Elke {n} seconden een controle.' },
  slow: 'De controles liggen verder uit elkaar dan gewoonlijk, omdat er een lang duurt op deze vloer.',
  'law.head': 'Wet',
  'law.broken': 'Nu overtreden',
  'law.last': 'Laatst overtreden',
  'law.never': 'Nooit',
  'law.unknown': 'Niet bekend',

  'short.overLimit': 'boven een limiet',
  'short.raisedOverLimit': 'boven een limiet gegeven',
  'short.doubled': 'dubbel gegeven',
  'short.lost': 'verloren chat',
  'short.stalePresence': 'onjuiste aanwezigheid',
  'short.unfinished': 'gebeld zonder beschikbaar te zijn',
  'short.unmatched': 'wacht naast een vrije medewerker',
  'short.drifted': 'verkeerd geteld',
  'short.gaps': 'gat in het logboek',

  'law.overLimit':
    'Niemand heeft meer chats dan de limiet, of dan op het moment dat die verlaagd werd.',
  'law.raisedOverLimit': 'Niemand krijgt een chat boven de limiet, zelfs niet heel even.',
  'law.doubled': 'Een chat heeft hoogstens één medewerker en één aanbod.',
  'law.lost': 'Elke open chat is op precies één plek: wachtend, of bij wie hem heeft.',
  'law.stalePresence': 'Wie als verbonden wordt getoond is verbonden, en verder niemand.',
  'law.unfinished':
    'Wie afmaakt heeft nog iets over, en niemand wordt gebeld die niet beschikbaar is.',
  'law.unmatched': 'Er wacht geen chat terwijl iemand die hem mag nemen plek heeft.',
  'law.drifted': 'Hoeveel chats iemand volgens de telling heeft, heeft hij er ook.',
  'law.gaps': 'In het logboek van wat er gebeurd is ontbreekt niets.',
} satisfies Translation<typeof english, 'one' | 'other'>
