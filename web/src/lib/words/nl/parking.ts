import type { Translation } from '../catalogue.ts'
import type english from '../en/parking.ts'

export default {
  parked: 'Geparkeerd',
  'parked.since': '{time} geparkeerd',
  'because.quiet': 'sindsdien schreef niemand',
  'because.by_hand': 'door u opzij gezet',
  'because.gone': 'bewaard terwijl u weg was',
  owed: 'Wacht op uw antwoord',
  'strip.quiet':
    '{time} geparkeerd, omdat er een tijd niets was geschreven. De chat komt vanzelf bij u terug zodra {visitor} schrijft.',
  'strip.by_hand':
    'U hebt deze chat {time} geparkeerd. Hij komt vanzelf bij u terug zodra {visitor} schrijft.',
  'strip.gone':
    'Voor u bewaard sinds u wegging, {time}. De chat komt vanzelf bij u terug zodra {visitor} schrijft.',
  'strip.owed': '{visitor} had het laatste woord.',
  'take-back': 'Terugnemen',
  'take-back.full':
    'U zit aan uw limiet voor uitgestelde chats. Beëindig of parkeer er eerst een andere.',
  park: 'Parkeren',
  'park.what': 'Maakt uw plaats vrij tot de bezoeker schrijft',
  'park.no-connection': 'Niet mogelijk zonder verbinding.',
  'keys.park': 'De chat parkeren',
  'keys.take-back': 'De geparkeerde chat terugnemen',
  'news.woken': '{visitor} heeft geschreven. U hebt de chat weer.',
  'news.over': '{visitor} heeft geschreven. U hebt de chat weer, boven uw limiet.',

  'wall.for': 'Geparkeerd voor {name}',
  'wall.nobody': 'Geparkeerd, voor niemand meer',
  'wall.owed': 'er moet nog geantwoord worden',
  'wall.count': { one: '{n} geparkeerd', other: '{n} geparkeerd' },

  'setup.title': 'Als er niets wordt geschreven',
  'setup.what':
    'Een geparkeerde chat bezet niemands plaats. Hij blijft van zijn medewerker en komt daar terug zodra de bezoeker schrijft.',
  'setup.after': 'Parkeren na zoveel minuten zonder een woord sinds het laatste antwoord',
  'setup.after.none': 'Nooit vanzelf',
  'setup.wake': 'Als de medewerker vol of weg is wanneer de bezoeker schrijft',
  'setup.wake.front': 'De chat wacht op de medewerker, vooraan in de rij',
  'setup.wake.front.what':
    'Zolang die er is, tot het doel van de wachtrij voorbij is; daarna voor iedereen.',
  'setup.wake.over': 'De medewerker krijgt hem boven de limiet',
  'setup.wake.over.what': 'Als die beschikbaar is. Het wordt gemarkeerd als boven de limiet.',
  'setup.wake.others': 'De chat wordt iedereen aangeboden',
  'setup.wake.others.what': 'Meteen, in de volgorde van de wachtrij.',
  'setup.close': 'Een chat beëindigen die zoveel dagen geparkeerd is',
  'setup.close.hint':
    'De bezoeker leest waarom. Moet er nog geantwoord worden, dan wacht de chat in plaats daarvan in de wachtrij.',
  'setup.close.none': 'Nooit',
  'setup.gone': 'Als de medewerker zich afmeldt of niet terugkomt',
  'setup.gone.keep': 'De chat wordt bewaard',
  'setup.gone.keep.what': 'Geparkeerd. De bezoeker leest dat er later wordt geantwoord.',
  'setup.gone.queue': 'De chat wacht weer in de wachtrij',
  'setup.gone.queue.what': 'Vooraan in de rij, voor iedereen.',
  'setup.keep': 'Zoveel uren bewaren als er nog geantwoord moet worden',
  'setup.keep.hint': 'Daarna wacht de chat in de wachtrij, voor iedereen.',
  'setup.keep.none': 'Tot de medewerker terug is',
} satisfies Translation<typeof english, 'one' | 'other'>
