import type { Catalogue } from '../message.ts'

// What somebody reads who has no login yet: an invitation, or the first organisation of all.
export default {
  'invitation.title': 'You are invited',
  'invitation.lead': '{inviter} invites you to {account} as {role}.',
  'invitation.until': 'The invitation holds until {time}.',
  'invitation.email': 'E-mail',
  'invitation.email.hint': 'You sign in with this address.',
  'invitation.accept': 'Accept and start',
  'invitation.join': 'Join {account}',
  'invitation.joins': 'You join with the login that you have.',
  'invitation.sign-in': 'Sign in to accept',
  'invitation.has-login':
    '{email} already has a login here. Sign in with it, then join with one press.',
  'invitation.other': 'You are signed in as {name}. This invitation is for {email}.',
  'invitation.other.sign-out': 'Sign out and go on',
  'invitation.other.accept':
    'You are signed in here as {name}. Accepting signs this browser in as the new person.',
  'invitation.welcome': 'Welcome to {account}',
  'invitation.gone.title': 'This invitation cannot be used',
  'invitation.gone.unknown': 'This link is not complete, or it was replaced by a newer one.',
  'invitation.gone.ask': 'Ask whoever invited you for a new one.',
  'invitation.to-sign-in': 'Sign in',
  'invitation.trouble.title': 'The invitation could not be read',

  'first-name': 'First name',
  'last-name': 'Last name',
  password: 'Choose a password',

  'rules.label': 'What the password must be',
  'rules.missing': 'This password does not meet the rules. It must be or have: {rules}.',
  'rules.met': 'met',
  'rules.open': 'not yet',
  'rule.minLength': {
    one: 'at least {n} character',
    other: 'at least {n} characters; several words are a good way',
  },
  'rule.maxLength': { one: 'at most {n} character', other: 'at most {n} characters' },
  'rule.upper': 'a capital letter',
  'rule.lower': 'a small letter',
  'rule.digit': 'a digit',
  'rule.special': 'a sign such as ! or -',
  'rule.charset': 'only letters without accents, digits and signs',
  'rule.common': 'not one that everybody tries first',
  'rule.personal': 'not your name, e-mail or the organisation',
  'rule.history': 'not one that you had before',
  'rule.unusable': 'The character {character} cannot be used.',

  'welcome.title': 'Set up Switchboard',
  'welcome.lead': 'Name your organisation, and become its administrator.',
  'welcome.organisation': 'Organisation',
  'welcome.organisation.hint': 'As your team and your visitors know it.',
  'welcome.email': 'Your e-mail',
  'welcome.submit': 'Begin',
  'welcome.done': '{organisation} is ready',
  'welcome.done.detail': 'Next: queues, people and your first chat.',
  'welcome.no-token.title': 'Open the link of the first start',
  'welcome.no-token':
    'The server printed a link when it started: "Begin here". Open that link to set it up.',
  'welcome.old-token.title': 'This link is from an earlier start',
  'welcome.old-token': 'Every start prints a new link: "Begin here". Open the newest one.',
  'welcome.is-set-up.title': 'All set up',
} as const satisfies Catalogue
