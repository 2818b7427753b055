// The language on the screen and the language that the server writes to me in: one choice.
import { users } from '#contract/users.ts'
import { call } from './api.ts'
import { session } from './session.svelte.ts'
import { type Locale, useLocale } from './words.ts'

/** Changes the page at once, then what the server knows. Throws Refused or Unreachable. */
export async function chooseLanguage(locale: Locale): Promise<void> {
  await useLocale(locale)
  if (!session.me || session.me.language === locale) return
  await call(users.setLanguage, { body: { language: locale } })
  session.amend({ language: locale })
}
