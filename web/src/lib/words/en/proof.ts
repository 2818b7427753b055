import type { Catalogue } from '../message.ts'

export default {
  'strip.open': 'What is checked, and what was found',
  'state.ok': 'Limits kept',
  'state.broken': 'Broken now: {laws}',
  'state.not-checked': 'Limits not checked since {time}',
  'state.never-checked': 'Limits not checked yet',
  checks: {
    one: '{broken} of {n} check broken',
    other: '{broken} of {n} checks broken',
  },
  'last.never': 'last broken: never',
  'last.at': 'last broken: {time} ({law})',
  'broken.of': '{law} ({count})',

  title: 'Limits kept, by every check',
  explained:
    'A checker that has no part in giving out chats looks at the tables over a connection of its own, about once a second, and keeps what it finds.',
  'now.ok': 'Every law holds.',
  'now.broken': 'A law is broken now. Tell whoever looks after this installation.',
  'now.not-checked': 'Nothing has been checked for a while, so nothing is said to hold.',
  since: 'Counted since {time}.',
  every: { one: 'A check every second.', other: 'A check every {n} seconds.' },
  slow: 'Checks are further apart than usual, because one takes long on this floor.',
  'law.head': 'Law',
  'law.broken': 'Broken now',
  'law.last': 'Last broken',
  'law.never': 'Never',
  'law.unknown': 'Not known',

  'short.overLimit': 'over a limit',
  'short.raisedOverLimit': 'given above a limit',
  'short.doubled': 'given twice',
  'short.lost': 'lost chat',
  'short.stalePresence': 'wrong presence',
  'short.unfinished': 'rung without being available',
  'short.unmatched': 'waiting beside a free operator',
  'short.drifted': 'wrong count',
  'short.gaps': 'gap in the log',

  'law.overLimit': 'Nobody has more chats than their limit, or than they had when it was lowered.',
  'law.raisedOverLimit': 'Nobody is given a chat above their limit, not even for a moment.',
  'law.doubled': 'A chat has one operator and one offer at most.',
  'law.lost': 'Every open chat is in exactly one place: waiting, or with the one who has it.',
  'law.stalePresence': 'Whoever is shown as connected is connected, and nobody else is.',
  'law.unfinished':
    'Whoever is finishing has something left, and nobody is rung who is not available.',
  'law.unmatched': 'No chat waits while somebody who may take it has room.',
  'law.drifted': 'How many chats somebody is said to have is how many they have.',
  'law.gaps': 'Nothing is missing in the log of what has happened.',
} as const satisfies Catalogue
