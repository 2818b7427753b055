import type { Translation } from '../catalogue.ts'
import type english from '../en/security.ts'

export default {
  'sessions.title': 'Aangemeld',
  'sessions.none': 'Nergens aangemeld.',
  'sessions.device': '{browser} op {system}',
  'sessions.unknown': 'Een apparaat dat niet zegt wat het is',
  'sessions.here': 'Deze browser',
  'sessions.active': '{when} actief',
  'sessions.end': 'Afmelden',
  'sessions.end.of': 'Afmelden bij {device}',
  'sessions.end-all': 'Overal afmelden',
  'sessions.end-others': 'Overal elders afmelden',

  'password.title': 'Een wachtwoord voor {name}',
  'password.text': 'Het wordt alleen hier getoond. Al hun sessies eindigen.',
  'password.label': 'Nieuw wachtwoord',
  'password.generate': 'Genereren',
  'password.must-change': 'Bij de eerste aanmelding te wijzigen',
  'password.must-change.hint': 'Het werkt dan één keer, binnen 72 uur.',
  'password.save': 'Wachtwoord instellen',
  'password.set': 'Het wachtwoord van {name} is ingesteld',
} satisfies Translation<typeof english, 'one' | 'other'>
