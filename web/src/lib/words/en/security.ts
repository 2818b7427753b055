import type { Catalogue } from '../message.ts'

// Passwords and where somebody is signed in: one's own, and another person's.
export default {
  'sessions.title': 'Signed in',
  'sessions.none': 'Not signed in anywhere.',
  'sessions.device': '{browser} on {system}',
  'sessions.unknown': 'A device that does not say what it is',
  'sessions.here': 'This browser',
  'sessions.active': 'Active {when}',
  'sessions.end': 'Sign out',
  'sessions.end.of': 'Sign out of {device}',
  'sessions.end-all': 'Sign out everywhere',
  'sessions.end-others': 'Sign out everywhere else',

  'password.title': 'A password for {name}',
  'password.text': 'It is shown here only. Every session of theirs ends.',
  'password.label': 'New password',
  'password.generate': 'Generate',
  'password.must-change': 'Must be changed at the first sign-in',
  'password.must-change.hint': 'It then works once, within 72 hours.',
  'password.save': 'Set password',
  'password.set': 'The password of {name} is set',
} as const satisfies Catalogue
