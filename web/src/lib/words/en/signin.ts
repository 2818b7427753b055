import type { Catalogue } from '../message.ts'

export default {
  title: 'Sign in',
  lead: 'Use your login or your e-mail address.',
  login: 'Login or e-mail',
  password: 'Password',
  submit: 'Sign in',
  forgot: 'Forgot your password?',
  wait: {
    one: 'That was too often. Try again in {n} second.',
    other: 'That was too often. Try again in {n} seconds.',
  },
  'wait.long': 'That was too often. Try again at {time}.',
} as const satisfies Catalogue
