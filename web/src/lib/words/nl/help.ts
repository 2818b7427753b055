import type { Translation } from '../catalogue.ts'
import type english from '../en/help.ts'

export default {
  title: 'Hulp',
  lead: 'In het kort: hoe een team met Switchboard werkt.',
  'invite.title': 'Mensen uitnodigen',
  'invite.text':
    'Bij Mensen neemt ‘Gebruiker toevoegen’ één adres of vele aan. De genodigde krijgt een mail met een link, kiest een wachtwoord en kan beginnen. Tot dan zegt de lijst of de mail is verstuurd, geopend of teruggekomen; ‘Opnieuw versturen’ maakt een nieuwe link en de oude werkt niet meer.',
  'invite.go': 'Iemand uitnodigen',
  'roles.title': 'Rollen',
  'roles.text':
    'Een rol is wat iemand mag. Die geldt bij een account en alles eronder, of bij één afdeling, groep of site. Iemand kan er meer hebben: de rechten tellen op. Rollen toont alle rollen naast elkaar en zegt wie wat mag, en waarom.',
  'roles.go': 'De rollen bekijken',
  'limits.title': 'Chatlimieten',
  'limits.text':
    'De limiet is hoeveel chats iemand tegelijk heeft, live en uitgesteld apart. U stelt die in op de Wand, in de lijst van mensen of in het profiel. Lager dan het huidige aantal stopt nieuwe chats; lopende blijven. Nieuwkomers beginnen met de limiet van hun account. Een rol en een wachtrij kunnen minder toestaan: het kleinste telt.',
  'limits.go': 'De Wand openen',
  'archive.title': 'Blokkeren en archiveren',
  'archive.text':
    'Blokkeren houdt iemand buiten tot u de blokkade opheft. Archiveren is voor wie vertrekt: de chats wachten weer, vooraan in hun wachtrij, en 30 dagen lang brengt dezelfde knop alles terug zoals het was. Daarna wordt de persoon gewist; wat geschreven is blijft, van ‘Voormalige medewerker’.',
  'archive.go': 'De mensen openen',
  'accounts.title': 'Accounts',
  'accounts.text':
    'Groepen en locaties onder uw organisatie hebben eigen mensen, wachtrijen en instellingen. Wat boven is gegeven of ingesteld, geldt ook onder, tenzij het daar is ingesteld. Voordat een account verhuist of sluit, ziet u wie toegang krijgt en wie die verliest.',
  'accounts.go': 'De accounts openen',
  'start.title': 'De eerste chat',
  'start.text':
    'Een wachtrij, mensen die haar bedienen, de widget op een site: dan kunnen bezoekers schrijven. Inrichting leidt er stap voor stap heen en vinkt af wat klaar is. Kijk daarna een dag naar de Wand en zet de limieten op wat mensen aankunnen.',
  'start.go': 'De inrichting openen',
  'more.title': 'Komt u er niet uit?',
  'more.text': 'Vraag het een beheerder van uw organisatie. Druk ergens op ? voor de sneltoetsen.',
} satisfies Translation<typeof english, 'one' | 'other'>
