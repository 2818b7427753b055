import type { Catalogue } from '../message.ts'

// What an operator's status was in a day, and setting it for somebody else.
export default {
  title: 'Status',
  lead: 'Every status of the day, since when, and because of what.',
  mine: 'My day',
  'mine.lead':
    'What your status was, and because of what. Whoever sees you on the Wall sees this too.',
  day: 'Day',
  earlier: 'The day before',
  later: 'The day after',
  today: 'Today',
  zone: 'Times are of {zone}.',
  bar: 'The statuses of the day, from midnight to midnight',
  totals: 'Together',
  none: 'This day is yet to come.',
  failed: 'The day could not be read.',
  now: 'now',
  set: 'Set status',
  'set.done': '{name} is now {status}. They are told that you set it.',
  'cause.before': 'Nothing is kept from before.',
  'cause.began': 'Became an operator',
  'cause.chosen': 'Chosen by {name}',
  'cause.connected': 'Connected',
  'cause.connection_lost': 'The last connection broke',
  'cause.grace_over': 'Was not back in time',
  'cause.missed_offers': 'Missed several chats in a row',
  'cause.answered': 'Answers again',
  'cause.suspended': 'Taken off the floor by {name}',
  'cause.restored': 'Back on the floor by {name}',
  'cause.removed': 'Was an operator no more',
  'cause.nobody': 'the system',
} as const satisfies Catalogue
