// What a visitor is called: the name they gave, or one made of the chat's id, the same for everybody.
import { t } from '#lib/words.ts'

/** Digits of the number that stands in for a name. */
const RANGE = 9000

export function visitorName(chatId: string, name: string | null): string {
  if (name !== null && name.trim() !== '') return name
  const number = (Number.parseInt(chatId.slice(0, 8), 16) % RANGE) + 1000
  return t('desk.visitor.unnamed', { number: String(number) })
}
