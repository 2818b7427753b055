import type { Catalogue } from '../message.ts'

// Chats that are parked: on the Desk, on the Wall, and how a queue is set to park.
export default {
  parked: 'Parked',
  'parked.since': 'Parked {time}',
  'because.quiet': 'nobody has written since',
  'because.by_hand': 'set aside by you',
  'because.gone': 'kept while you were gone',
  owed: 'Waits for your answer',
  'strip.quiet':
    'Parked {time}, because nobody had written for a while. It comes back to you by itself when {visitor} writes.',
  'strip.by_hand':
    'You parked this chat {time}. It comes back to you by itself when {visitor} writes.',
  'strip.gone':
    'Kept for you since you went, {time}. It comes back to you by itself when {visitor} writes.',
  'strip.owed': '{visitor} had the last word.',
  'take-back': 'Take back',
  'take-back.full': 'You are at your limit for deferred chats. End or park another one first.',
  park: 'Park',
  'park.what': 'Frees your place until the visitor writes',
  'park.no-connection': 'Not possible without a connection.',
  'keys.park': 'Park the chat',
  'keys.take-back': 'Take back the parked chat',
  'news.woken': '{visitor} has written. The chat is with you again.',
  'news.over': '{visitor} has written. The chat is with you again, above your limit.',

  'wall.for': 'Parked for {name}',
  'wall.nobody': 'Parked, with nobody to come back to',
  'wall.owed': 'an answer is owed',
  'wall.count': { one: '{n} parked', other: '{n} parked' },

  'setup.title': 'When nobody writes',
  'setup.what':
    'A parked chat takes nobody’s place. It stays with its operator and comes back to them when the visitor writes.',
  'setup.after': 'Park after so many minutes without a word since the last answer',
  'setup.after.none': 'Never by itself',
  'setup.wake': 'If its operator is full or away when the visitor writes',
  'setup.wake.front': 'It waits for them, first in line',
  'setup.wake.front.what':
    'While they are there, until the target of the queue is over; then it is anybody’s.',
  'setup.wake.over': 'They get it above their limit',
  'setup.wake.over.what': 'If they are available. It is marked as above the limit.',
  'setup.wake.others': 'It is offered to anybody',
  'setup.wake.others.what': 'At once, in the order of the queue.',
  'setup.close': 'End a chat that has been parked for so many days',
  'setup.close.hint':
    'The visitor is told why. Where an answer is owed, the chat waits in its queue instead.',
  'setup.close.none': 'Never',
  'setup.gone': 'If its operator signs out or does not come back',
  'setup.gone.keep': 'It is kept for them',
  'setup.gone.keep.what': 'Parked. The visitor is told that they answer later.',
  'setup.gone.queue': 'It waits in the queue again',
  'setup.gone.queue.what': 'First in line, for anybody.',
  'setup.keep': 'Keep it for so many hours where an answer is owed',
  'setup.keep.hint': 'Then it waits in the queue, for anybody.',
  'setup.keep.none': 'Until they come back',
} as const satisfies Catalogue
