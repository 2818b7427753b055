import type { Catalogue } from '../message.ts'

// What two people read who change the same thing at the same time.
export default {
  'now.one': '{name} is editing',
  'now.many': '{names} are editing',
  'a-moment-ago': 'a moment ago',

  'limit.of': 'Chat limit of {name}',
  'limit.change': 'Change the chat limit of {name}',
  'limit.hint': {
    one: '{n} chat now. Lower than that stops new chats, the open one stays.',
    other: '{n} chats now. Lower than that stops new chats, open ones stay.',
  },
  'limit.hint.unknown': 'Lower than the chats held now stops new chats, open ones stay.',
  'limit.by-role': 'A role allows no more than {n}, whatever is set here.',
  'limit.set-by-role': 'Set to {own}; a role allows no more than {n}.',
  'limit.range': 'A whole number from {least} to {most}.',
  'limit.saving': 'Saving',
  'limit.changed': 'Changed just now',
  'limit.no-connection': 'No connection: limits cannot be changed now.',
  'limit.theirs': '{by} set this to {value} {when}.',
  'limit.theirs.someone': 'Someone set this to {value} {when}.',
  'limit.use': 'Use {value}',
  'limit.keep': 'Keep {value}',
  'limit.leave': 'Leave it at {value}',
  'limit.retry': 'Try again',
  'limit.set': 'Chat limit of {name} set to {value}',
  'limit.set.detail': 'It was {before}.',
  'limit.undo': 'Undo',
  'limit.undone': 'Chat limit of {name} is {value} again',
  'limit.not-undone': '{by} set it to {value} since then. It stays so.',
  'limit.not-undone.someone': 'Someone set it to {value} since then. It stays so.',

  'units.of': 'Unit limit of {name}',
  'units.change': 'Change the unit limit of {name}',
  'units.hint': 'Over live and deferred chats together. Empty is no such limit; open chats stay.',
  'units.none': 'none',
  'units.set': 'Unit limit of {name}: {value}',
  'units.undone': 'Unit limit of {name} again: {value}',
} as const satisfies Catalogue
