import type { Catalogue } from '../message.ts'

// The help: one screen, what a team needs on its first days.
export default {
  title: 'Help',
  lead: 'The short version of how a team works with Switchboard.',
  'invite.title': 'Invite people',
  'invite.text':
    'On People, “Add user” takes one address or many. Whoever is invited gets a mail with a link, chooses a password and can start. Until then the list says whether the mail was sent, opened or came back; “Resend” makes a new link and the old one stops working.',
  'invite.go': 'Invite somebody',
  'roles.title': 'Roles',
  'roles.text':
    'A role is what somebody may do. It is held at an account and counts for all below it, or at one department, group or site. A person may hold several: their rights add up. Roles shows every role next to every other, and answers who may do what, and why.',
  'roles.go': 'See the roles',
  'limits.title': 'Chat limits',
  'limits.text':
    'The limit is how many chats somebody holds at once, live and deferred apart. It is set on the Wall, in the list of people or in their record. Lower than the chats held now stops new chats; the open ones stay. Newcomers begin with the limit of their account. A role and a queue may allow less: the smallest counts.',
  'limits.go': 'Open the Wall',
  'archive.title': 'Block and archive',
  'archive.text':
    'Block keeps somebody out until you unblock them. Archive is for whoever leaves: their chats wait again, first in their queues, and for 30 days the same button brings them back with everything as it was. After that they are erased; what was written stays, by “Former agent”.',
  'archive.go': 'Open the people',
  'accounts.title': 'Accounts',
  'accounts.text':
    'Groups and locations below your organisation have people, queues and settings of their own. What is given or set above counts below, unless it is set there. Before an account is moved or closed you see who gains and who loses access.',
  'accounts.go': 'Open the accounts',
  'start.title': 'The first chat',
  'start.text':
    'A queue, people who serve it, the widget on a site: then visitors can write. Setup leads there step by step and ticks off what is done. After that, watch the Wall for a day and set the limits to what people can hold.',
  'start.go': 'Open the setup',
  'more.title': 'Still stuck?',
  'more.text':
    'Ask an administrator of your organisation. Press ? anywhere for the keyboard shortcuts.',
} as const satisfies Catalogue
