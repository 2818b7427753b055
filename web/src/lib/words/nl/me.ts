import type { Translation } from '../catalogue.ts'
import type english from '../en/me.ts'

export default {
  title: 'Mijn profiel',

  'photo.title': 'Foto',
  'photo.lead': 'Collega’s en bezoekers zien die naast uw naam.',
  'photo.choose': 'Kies een foto',
  'photo.change': 'Kies een andere',
  'photo.drop': 'of sleep er een hierheen. JPEG, PNG of WebP.',
  'photo.drop.now': 'Laat hier los',
  'photo.use': 'Gebruik deze foto',
  'photo.preview': 'Zo komt het eruit te zien. Versleep de afbeelding of zoom in.',
  'photo.crop.window':
    'Het deel van de afbeelding dat wordt getoond: versleep het, of gebruik de pijltjes, + en -',
  'photo.crop.zoom': 'Zoom',
  'photo.sending': 'De foto wordt verstuurd',
  'photo.remove': 'Verwijderen',
  'photo.set': 'De nieuwe foto is nu overal te zien.',
  'photo.removed': 'De foto is verwijderd.',
  'photo.unsupported_media':
    'Dit bestand kan niet worden gebruikt. Kies een JPEG-, PNG- of WebP-afbeelding.',
  'photo.unreadable_photo':
    'Deze afbeelding is niet te lezen: beschadigd of te klein. Kies een andere.',
  'photo.photo_too_large': 'Deze afbeelding heeft te veel pixels. Kies een kleinere.',
  'photo.too_large': 'Dit bestand is groter dan {most}. Kies een kleiner bestand.',
  'photo.too_many': 'Dat waren veel foto’s. Probeer het over een uur opnieuw.',

  'preferences.title': 'Voorkeuren',
  language: 'Taal',
  'language.hint': 'Van deze pagina’s en van de mail die u krijgt.',
  theme: 'Thema',
  'theme.hint': 'Op dit apparaat.',
  density: 'Lijsten',
  'density.hint': 'Op dit apparaat.',
  'density.normal': 'Ruim',
  'density.compact': 'Compact',
  shortcuts: 'Sneltoetsen van één toets',
  'shortcuts.hint': 'Uit: alleen sneltoetsen met Ctrl of ⌘ werken. Op dit apparaat.',
  'shortcuts.show': 'Alle sneltoetsen tonen: ?',

  'session.title': 'Deze browser',
  'session.signed-in': 'Aangemeld bij {organisation}.',
} satisfies Translation<typeof english, 'one' | 'other'>
