import type { Translation } from '../catalogue.ts'
import type english from '../en/signin.ts'

export default {
  title: 'Aanmelden',
  lead: 'Gebruik uw login of uw e-mailadres.',
  login: 'Login of e-mail',
  password: 'Wachtwoord',
  submit: 'Aanmelden',
  forgot: 'Wachtwoord vergeten?',
  wait: {
    one: 'Dat was te vaak. Probeer het over {n} seconde opnieuw.',
    other: 'Dat was te vaak. Probeer het over {n} seconden opnieuw.',
  },
  'wait.long': 'Dat was te vaak. Probeer het om {time} opnieuw.',
} satisfies Translation<typeof english, 'one' | 'other'>
