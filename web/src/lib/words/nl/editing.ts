import type { Translation } from '../catalogue.ts'
import type english from '../en/editing.ts'

export default {
  'now.one': '{name} is hier bezig',
  'now.many': '{names} zijn hier bezig',
  'a-moment-ago': 'zojuist',

  'limit.of': 'Chatlimiet van {name}',
  'limit.change': 'Chatlimiet van {name} wijzigen',
  'limit.hint': {
    one: 'Nu {n} chat. Bij een lagere limiet komen er geen nieuwe bij; de lopende chat blijft.',
    other: 'Nu {n} chats. Bij een lagere limiet komen er geen nieuwe bij; lopende chats blijven.',
  },
  'limit.hint.unknown':
    'Lager dan het aantal lopende chats: er komen geen nieuwe bij, lopende blijven.',
  'limit.by-role': 'Een rol staat er niet meer dan {n} toe, wat hier ook wordt ingesteld.',
  'limit.set-by-role': 'Ingesteld op {own}; een rol staat er niet meer dan {n} toe.',
  'limit.range': 'Een heel getal van {least} tot en met {most}.',
  'limit.saving': 'Wordt opgeslagen',
  'limit.changed': 'Zojuist gewijzigd',
  'limit.no-connection': 'Geen verbinding: limieten zijn nu niet te wijzigen.',
  'limit.theirs': '{by} heeft dit {when} op {value} gezet.',
  'limit.theirs.someone': 'Iemand heeft dit {when} op {value} gezet.',
  'limit.use': '{value} gebruiken',
  'limit.keep': '{value} houden',
  'limit.leave': 'Op {value} laten',
  'limit.retry': 'Opnieuw proberen',
  'limit.set': 'Chatlimiet van {name} is nu {value}',
  'limit.set.detail': 'Die was {before}.',
  'limit.undo': 'Ongedaan maken',
  'limit.undone': 'Chatlimiet van {name} is weer {value}',
  'limit.not-undone': '{by} heeft die intussen op {value} gezet. Dat blijft zo.',
  'limit.not-undone.someone': 'Iemand heeft die intussen op {value} gezet. Dat blijft zo.',

  'units.of': 'Limiet in eenheden van {name}',
  'units.change': 'Limiet in eenheden van {name} wijzigen',
  'units.hint': 'Over live en uitgestelde chats samen. Leeg is geen limiet; lopende chats blijven.',
  'units.none': 'geen',
  'units.set': 'Limiet in eenheden van {name}: {value}',
  'units.undone': 'Limiet in eenheden van {name} weer: {value}',
} satisfies Translation<typeof english, 'one' | 'other'>
