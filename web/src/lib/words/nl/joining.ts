import type { Translation } from '../catalogue.ts'
import type english from '../en/joining.ts'

export default {
  'invitation.title': 'U bent uitgenodigd',
  'invitation.lead': '{inviter} nodigt u uit voor {account} als {role}.',
  'invitation.until': 'De uitnodiging geldt tot {time}.',
  'invitation.email': 'E-mail',
  'invitation.email.hint': 'Met dit adres meldt u zich aan.',
  'invitation.accept': 'Aannemen en beginnen',
  'invitation.accept.assigned': 'Aannemen',
  'invitation.assigned':
    'Als u aanneemt, gaat er een mail met uw login en een wachtwoord naar {email}.',
  'invitation.assigned.done.title': 'U hoort nu bij {account}',
  'invitation.assigned.done':
    'Een mail met uw login en een wachtwoord is onderweg naar {email}. Het wachtwoord werkt één keer; daarna kiest u er zelf een.',
  'invitation.lost': 'Bestaat niet meer en is dus weggelaten: {lost}.',
  gender: 'Geslacht',
  'gender.female': 'Vrouw',
  'gender.male': 'Man',
  'gender.other': 'Anders',
  'gender.not_stated': 'Niet opgegeven',
  'gender.choose': 'Kies',
  'invitation.join': 'Meedoen met {account}',
  'invitation.joins': 'U doet mee met de login die u al hebt.',
  'invitation.sign-in': 'Meld u aan om aan te nemen',
  'invitation.has-login':
    '{email} heeft hier al een login. Meld u daarmee aan en doe dan met één druk mee.',
  'invitation.other': 'U bent aangemeld als {name}. Deze uitnodiging is voor {email}.',
  'invitation.other.sign-out': 'Afmelden en verdergaan',
  'invitation.other.accept':
    'U bent hier aangemeld als {name}. Na het aannemen is deze browser aangemeld als de nieuwe persoon.',
  'invitation.welcome': 'Welkom bij {account}',
  'invitation.gone.title': 'Deze uitnodiging kan niet worden gebruikt',
  'invitation.gone.unknown':
    'Deze link is niet volledig, of er kwam een nieuwere voor in de plaats.',
  'invitation.gone.ask': 'Vraag een nieuwe aan wie u uitnodigde.',
  'invitation.to-sign-in': 'Aanmelden',
  'invitation.trouble.title': 'De uitnodiging kon niet worden gelezen',

  'first-name': 'Voornaam',
  'last-name': 'Achternaam',
  password: 'Kies een wachtwoord',

  'rules.label': 'Wat het wachtwoord moet zijn',
  'rules.missing': 'Dit wachtwoord voldoet niet aan de regels. Het moet zijn of hebben: {rules}.',
  'rules.met': 'voldaan',
  'rules.open': 'nog niet',
  'rule.minLength': {
    one: 'minstens {n} teken',
    other: 'minstens {n} tekens; een paar woorden werkt goed',
  },
  'rule.maxLength': { one: 'hoogstens {n} teken', other: 'hoogstens {n} tekens' },
  'rule.upper': 'een hoofdletter',
  'rule.lower': 'een kleine letter',
  'rule.digit': 'een cijfer',
  'rule.special': 'een leesteken zoals ! of -',
  'rule.charset': 'alleen letters zonder accenten, cijfers en leestekens',
  'rule.common': 'niet een die iedereen het eerst probeert',
  'rule.personal': 'niet uw naam, e-mail of de organisatie',
  'rule.history': 'niet een dat u eerder had',
  'rule.unusable': 'Het teken {character} kan niet worden gebruikt.',

  'welcome.title': 'Switchboard inrichten',
  'welcome.lead': 'Geef uw organisatie een naam en word de beheerder.',
  'welcome.organisation': 'Organisatie',
  'welcome.organisation.hint': 'Zoals uw team en uw bezoekers haar kennen.',
  'welcome.email': 'Uw e-mail',
  'welcome.submit': 'Beginnen',
  'welcome.done': '{organisation} staat klaar',
  'welcome.done.detail': 'Hierna: wachtrijen, mensen en uw eerste chat.',
  'welcome.no-token.title': 'Open de link van de eerste start',
  'welcome.no-token':
    'De server toonde bij het starten een link: "Begin here". Open die om in te richten.',
  'welcome.old-token.title': 'Deze link is van een eerdere start',
  'welcome.old-token': 'Elke start toont een nieuwe link: "Begin here". Open de nieuwste.',
  'welcome.is-set-up.title': 'Alles is ingericht',
} satisfies Translation<typeof english, 'one' | 'other'>
