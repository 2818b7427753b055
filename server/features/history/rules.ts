// What is looked for in History, and what an ended chat says when it goes on.
import type { Language } from '#contract/shapes.ts'

/** The words of a search, each as the beginning of a word: a query for the index of messages. */
export function wordsWanted(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.map((word) => `${word}:*`).join(' & ')
}

const HANDED_ON: Record<Language, (name: string) => string> = {
  en: (name) => `Handed on by ${name}`,
  nl: (name) => `Doorgegeven door ${name}`,
}

/** What the visitor reads when the chat goes on; `name` is the one that visitors know. */
export function handedOn(language: Language, name: string): string {
  return HANDED_ON[language](name)
}
