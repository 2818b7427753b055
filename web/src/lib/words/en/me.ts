import type { Catalogue } from '../message.ts'

export default {
  title: 'My profile',

  'photo.title': 'Photo',
  'photo.lead': 'Colleagues and visitors see it beside your name.',
  'photo.choose': 'Choose a photo',
  'photo.change': 'Choose another',
  'photo.drop': 'or drop one here. JPEG, PNG or WebP.',
  'photo.drop.now': 'Drop it here',
  'photo.use': 'Use this photo',
  'photo.preview': 'How it will look. Drag the picture, or come closer.',
  'photo.crop.window':
    'The part of the picture that is shown: drag it, or use the arrow keys, + and -',
  'photo.crop.zoom': 'Zoom',
  'photo.sending': 'Sending the photo',
  'photo.remove': 'Remove',
  'photo.set': 'The new photo is shown everywhere now.',
  'photo.removed': 'The photo is removed.',
  'photo.unsupported_media': 'This file cannot be used. Choose a JPEG, PNG or WebP picture.',
  'photo.unreadable_photo':
    'This picture cannot be read: it is broken or too small. Choose another one.',
  'photo.photo_too_large': 'This picture has too many pixels. Choose a smaller one.',
  'photo.too_large': 'This file is larger than {most}. Choose a smaller one.',
  'photo.too_many': 'That was a lot of photos. Try again in an hour.',

  'preferences.title': 'Preferences',
  language: 'Language',
  'language.hint': 'Of these pages, and of the mail you get.',
  theme: 'Theme',
  'theme.hint': 'On this device.',
  density: 'Lists',
  'density.hint': 'On this device.',
  'density.normal': 'Roomy',
  'density.compact': 'Compact',
  shortcuts: 'Single-key shortcuts',
  'shortcuts.hint': 'Off: only shortcuts with Ctrl or ⌘ work. On this device.',
  'shortcuts.show': 'Show all shortcuts: ?',

  'session.title': 'This browser',
  'session.signed-in': 'Signed in to {organisation}.',
} as const satisfies Catalogue
