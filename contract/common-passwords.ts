// The passwords that everybody tries first: what people reach for (a word, a name, a walk over the
// keyboard) and how they dress it up to meet a rule (a digit, a year, an exclamation mark). Written
// as a recipe, so that tens of thousands of them fit in the browser.

const words = (text: string) => text.trim().split(/\s+/)

/** Complete passwords and walks over the keyboard. */
const WHOLE = words(`
  123456789 1234567890 12345678910 0123456789 9876543210 0987654321 987654321 1234567891 12345678901
  123456789012 1234567890123 123456123456 123123123123 112233445566 11223344 1122334455 121212121212
  147258369 147258369147 159753159753 789456123 789456123000 741852963 963852741 102030405060 10203040
  314159265359 31415926 27182818 0112358132134 99999999 123454321 1234554321 1q2w3e4r 1q2w3e4r5t
  1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qaz@wsx
  1qaz!qaz !qaz2wsx zaq12wsx zaq1@wsx zaq1xsw2 zaq1xsw2cde3 zaq12wsxcde3 xsw21qaz qazwsxedc
  qazwsxedcrfv qazwsxedcrfvtgb qwerasdf qwerasdfzxcv qweasdzxc qweasdzxc123 qweasd123 qwe123qwe
  qwe123qwe123 qwer1234qwer asdf1234asdf asd123asd123 zxc123zxc123 abcd1234abcd abc123abc123
  a1b2c3d4 a1b2c3d4e5 a1b2c3d4e5f6 a1s2d3f4 a1s2d3f4g5 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 aa123456
  aa12345678 a123456789 a1234567890 abc123456 abcd12345678 abcdefg123456 aaa111222 qq123456 zz123456
  q1q1q1q1 w1w1w1w1 p@ssw0rd passw0rd pa55word pa55w0rd p4ssw0rd passwort1 123qweasd 123qweasdzxc
  1234qwerasdf 1234qwer 12345qwert 123456qwerty qwerty654321 asdfqwer asdfjkl; asdfghjkl; qwertyuiop[]
  !@#$%^&* !@#$%^&*() )(*&^%$#@! ~!@#$%^&*()_+ qwer!@#$ 1234!@#$ !@#$1234 !@#$qwer abc!@#123 !qaz@wsx
  !qaz@wsx#edc qwerty!@#$%^ letmeinplease letmeinnow letmeinagain opensesame correcthorsebatterystaple
  thequickbrownfox tobeornottobe iloveyouforever iloveyousomuch ihateyou idontknow idontcare
  whatever123 nopassword nopasswordhere passwordpassword mypassword mypasswordis yourpassword thepassword
  newpassword oldpassword forgotpassword password4me changemenow changemeplease changethis pleasechangeme
  trustno1 trustnobody ncc1701d thx1138 bond007 jamesbond007 blink182 fuckyou fuckoff suckmydick
  welcometomylife welcomehome welcomeback goodmorning goodnight helloworld hellohello hellokitty
  temppassword temporary1 temporarypassword defaultpassword adminadmin administrator admin123admin
  rootroot toortoor testtest testtesttest testing123 test1234test guestguest useruser demodemo
  supersecret topsecret secretsecret mysecret verysecret donttellanyone
`)

/** Words, names, teams and places, in English and Dutch; each is common with each of the endings. */
const STEMS = words(`
  password passwords passwort wachtwoord wachtwoorden motdepasse contrasena passphrase passcode login
  letmein welcome welkom willkommen bienvenue hello hallo hoihoi goedemorgen secret geheim private
  access admin administrator beheerder manager supervisor operator support helpdesk service office
  kantoor company bedrijf business sales team teamwork root user guest gast test testing tester demo
  temp temporary tijdelijk default change changeme verander master superuser server system systeem
  windows internet network computer laptop google facebook twitter linkedin instagram youtube netflix
  amazon microsoft apple samsung android iphone livechat chatchat website webmaster
  qwerty qwertyu qwertyui qwertyuio qwertyuiop azerty azertyuiop qwertz qwertzuiop asdf asdfg asdfgh
  asdfghjkl zxcvbn zxcvbnm abc abcd abcde abcdef abcdefg abcdefgh qazwsx
  iloveyou iloveu iloveme iloveyou2 ikhouvanjou ikhouvanje loveyou lovely loveme love liefde liefje
  schatje schat lieverd babygirl babyboy baby honey sweetheart sweety darling angel engel princess
  prinses prinsesje queen king prince knuffel poepje moppie sunshine zonnetje zonneschijn rainbow
  flower bloem bloemen butterfly vlinder summer zomer winter spring lente autumn herfst january
  januari february februari march maart april june juni july juli august augustus september october
  oktober november december monday maandag tuesday dinsdag wednesday woensdag thursday donderdag
  friday vrijdag saturday zaterdag sunday zondag weekend holiday vakantie christmas kerstmis birthday
  verjaardag happy smile freedom vrijheid forever whatever nothing blahblah dragon draak monkey aapje
  shadow tiger tijger lion leeuw eagle falcon wolf bear panda rabbit konijn kitten poesje hond puppy
  horse paard paarden dolphin dolfijn snoopy garfield pokemon pikachu mickey minnie batman superman
  spiderman ironman starwars skywalker matrix gandalf hobbit hogwarts harrypotter jamesbond simpsons
  football voetbal soccer baseball basketball hockey tennis golf gymnastics ajax ajaxamsterdam
  feyenoord psveindhoven arsenal chelsea liverpool manchester manutd barcelona realmadrid juventus
  bayern yankees lakers cowboys steelers eagles packers patriots ferrari porsche mercedes mustang
  corvette camaro harley yamaha honda toyota volkswagen maxverstappen verstappen
  amsterdam rotterdam denhaag utrecht eindhoven groningen nijmegen arnhem maastricht breda tilburg
  holland nederland netherlands belgie belgium antwerpen brussel london england paris france berlin
  germany newyork america canada brazil mexico australia india china russia europe texas florida
  california chicago boston dallas phoenix orlando
  michael michelle jennifer jessica jordan joshua ashley amanda andrew anthony daniel danielle david
  matthew nicole robert thomas william charlie charles christian christopher alexander alexandra
  benjamin samantha stephanie elizabeth victoria patrick richard george jonathan nicholas hannah
  sophie sophia olivia isabella emma anna maria martin peter pieter johan jeroen marieke willem
  hendrik jan kees marloes sander maarten femke lotte sanne thijs bram lucas daan milan noah levi
  mohammed mohamed fatima buster ginger pepper cookie chocolate chocola cheese kaas banana banaan
  orange strawberry aardbei coffee koffie beer bier pizza whisky heineken computer1 guitar gitaar
  music muziek metallica nirvana slipknot eminem beatles elvis hunter ranger killer ninja samurai
  warrior knight soldier pirate piraat captain thunder lightning storm diamond silver golden purple
  yellow green black white blue money geld rich lucky winner champion genius maverick phoenix1 blessed
  jesus jesuschrist godisgood heaven faith trinity trustno bailey maggie rocky sparky sammy molly
  jackson taylor austin cameron hardcore cocacola nintendo playstation minecraft fortnite roblox
  counterstrike warcraft runescape zelda mario luigi sonic tweety barbie dinosaur dinosaurus
  covid corona lockdown crypto bitcoin ethereum
`)

const YEARS = Array.from({ length: 21 }, (_, i) => String(2010 + i))
const ENDINGS = [
  '',
  ...words(`
    1 2 3 7 8 9 0 01 02 03 07 10 11 12 13 21 22 23 24 25 26 27 42 69 77 88 99 00 007 101 111 123 1234
    12345 123456 1234567 12345678 123456789 321 4321 666 777 888 999 000 1! 12! 123! 1234! 12345! 01!
    ! !! !!! !1 !12 !123 ? . # * @ @1 @12 @123 @1234 #1 #12 #123 _1 _12 _123 -1 -123 .1 .123 1. 123. 123@ 123#
    1@ 1# 1$ $1 $123 123$ abc abc123 xx me you
  `),
  ...YEARS,
  ...YEARS.map((year) => `${year}!`),
  ...YEARS.map((year) => `@${year}`),
  ...YEARS.map((year) => `!${year}`),
  ...YEARS.map((year) => `${year}@`),
  ...YEARS.map((year) => `#${year}`),
  ...YEARS.map((year) => `-${year}`),
  ...Array.from({ length: 60 }, (_, i) => String(1950 + i)),
]
const MIN_LENGTH = 8

const PREFIXES = ['123', '1', 'my']

/** Every password that the recipe makes, in lower case, at least eight characters long. */
export function* commonPasswords(): Generator<string> {
  const isLong = (password: string) => password.length >= MIN_LENGTH
  yield* WHOLE.filter(isLong)
  for (const stem of STEMS) {
    yield* ENDINGS.map((ending) => stem + ending).filter(isLong)
    yield* PREFIXES.map((prefix) => prefix + stem).filter(isLong)
    yield* [stem + stem, `${stem}${stem}1`].filter(isLong)
  }
}

/**
 * Whether the password is one that everybody tries: one that the recipe makes, whatever its case and
 * with @ for a or 0 for o; a short piece repeated; or walks over the alphabet, digits or keyboard.
 */
export function isCommonPassword(text: string): boolean {
  const lower = text.toLowerCase()
  if (isRepeated(lower) || isWalk(lower)) return true
  return undisguised(lower.trim()).some(isOfRecipe)
}

const wholes = new Set(WHOLE)
const stems = new Set(STEMS)
const endings = new Set(ENDINGS)

function isOfRecipe(text: string): boolean {
  if (wholes.has(text)) return true
  if (PREFIXES.some((prefix) => text.startsWith(prefix) && stems.has(text.slice(prefix.length)))) {
    return true
  }
  for (let at = 1; at <= text.length; at += 1) {
    const stem = text.slice(0, at)
    if (stems.has(stem) && endings.has(text.slice(at).replaceAll(stem, ''))) return true
  }
  return false
}

const DISGUISES = new Map(
  [...'@a4a3e1i!i0o5s$s7t'.matchAll(/(.)(.)/g)].map(([, a = '', b = '']) => [a, b]),
)

/** The spellings that may hide in the text: as it is, p@ssw0rd123! with its ending kept, and h3ll0. */
export function undisguised(text: string): string[] {
  const plain = (part: string) =>
    part.replace(/[@431!05$7]/g, (sign) => DISGUISES.get(sign) ?? sign)
  const word = text.replace(/[^\p{L}]+$/u, '')
  return [text, plain(word) + text.slice(word.length), plain(text)]
}

/** The same one to four characters over and over; the last time may be cut short. */
function isRepeated(text: string): boolean {
  const characters = [...text]
  return [1, 2, 3, 4].some(
    (size) =>
      characters.length >= size * 2 &&
      characters.every((character, i) => i < size || character === characters[i - size]),
  )
}

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '1234567890',
  '!@#$%^&*()_+',
  'qwertyuiop[]',
  'asdfghjkl;',
  'zxcvbnm,./',
  'azertyuiop',
  'qsdfghjklm',
  'qwertzuiop',
  'yxcvbnm',
].flatMap((row) => [row + row, [...(row + row)].reverse().join('')])
const STEPS_MIN = 3

/** Nothing but walks of three steps or more: abcdefgh, 123456789012, qweasdzxc123. */
function isWalk(text: string): boolean {
  let at = 0
  while (at < text.length) {
    const steps = walkFrom(text, at)
    if (steps < STEPS_MIN) return false
    at += steps
  }
  return text !== ''
}

function walkFrom(text: string, at: number): number {
  let steps = 0
  const isOnARow = (piece: string) => ROWS.some((row) => row.includes(piece))
  while (at + steps < text.length && isOnARow(text.slice(at, at + steps + 1))) steps += 1
  return steps
}
