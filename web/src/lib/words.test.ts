import { afterEach, expect, test } from 'vitest'
import { LOCALES } from './words/locale.svelte.ts'
import type { Catalogue } from './words/message.ts'
import {
  formatLength,
  formatList,
  formatRelative,
  needWords,
  refusalText,
  startWords,
  t,
  useLocale,
} from './words.ts'

const files = import.meta.glob<{ default: Catalogue }>('./words/*/*.ts', { eager: true })
const areas = Object.keys(files)
  .filter((path) => path.startsWith('./words/en/'))
  .map((path) => path.slice('./words/en/'.length, -'.ts'.length))

function catalogue(locale: string, area: string): Catalogue {
  const file = files[`./words/${locale}/${area}.ts`]
  if (!file) throw new Error(`words/${locale}/${area}.ts is missing`)
  return file.default
}

function formsOf(message: Catalogue[string]): string[] {
  return typeof message === 'string' ? [message] : Object.values(message)
}

function namesIn(texts: string[]): Set<string> {
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)),
  )
}

const translations = LOCALES.filter((locale) => locale !== 'en').flatMap((locale) =>
  areas.map((area) => [locale, area] as const),
)

test.each(translations)(
  '%s says everything that English says in %s, and no more',
  (locale, area) => {
    expect(Object.keys(catalogue(locale, area)).toSorted()).toEqual(
      Object.keys(catalogue('en', area)).toSorted(),
    )
  },
)

test.each(translations)('%s fills in only what English fills in, in %s', (locale, area) => {
  const unknown = Object.entries(catalogue(locale, area)).flatMap(([key, message]) => {
    const known = namesIn(formsOf(catalogue('en', area)[key] ?? ''))
    return [...namesIn(formsOf(message))]
      .filter((name) => name !== 'n' && !known.has(name))
      .map((name) => `${key}: {${name}}`)
  })
  expect(unknown).toEqual([])
})

test.each(LOCALES.flatMap((locale) => areas.map((area) => [locale, area] as const)))(
  '%s has every plural form its language needs, and no empty text, in %s',
  (locale, area) => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
    for (const [key, message] of Object.entries(catalogue(locale, area))) {
      expect(
        formsOf(message).every((text) => text.trim() !== ''),
        key,
      ).toBe(true)
      if (typeof message !== 'string')
        expect(Object.keys(message), key).toEqual(expect.arrayContaining(needed))
    }
  },
)

afterEach(() => useLocale('en'))

test('a change of language changes what is said, and the page says which language it is in', async () => {
  await startWords()
  expect(t('shell.account.sign-out')).toBe('Sign out')
  await useLocale('nl')
  expect(t('shell.account.sign-out')).toBe('Afmelden')
  expect(document.documentElement.lang).toBe('nl')
})

test('numbers and names are filled in the way the language writes them', async () => {
  await startWords()
  expect(t('shell.status.load', { taken: 1200, limit: 5 })).toBe('1,200 of 5 chats')
  await useLocale('nl')
  expect(t('shell.status.load', { taken: 1200, limit: 5 })).toBe('1.200 van 5 chats')
})

test('an area that is fetched after the change of language arrives in the new language', async () => {
  await useLocale('nl')
  await needWords('people')
  expect(t('people.title')).toBe('Mensen')
})

test('a refusal that this page does not know yet still gets a sentence', async () => {
  await startWords()
  expect(refusalText('at_limit')).toBe('The chat limit is reached.')
  expect(refusalText(JSON.parse('"of_the_future"'))).toBe(refusalText('internal'))
})

test('times and lists follow the language', async () => {
  expect(formatLength(161_000)).toBe('2 min 41 sec')
  expect(formatRelative(0, 120_000)).toBe('2 minutes ago')
  expect(formatList(['Sales', 'Service', 'Billing'])).toBe('Sales, Service, and Billing')
  await useLocale('nl')
  expect(formatRelative(0, 120_000)).toBe('2 minuten geleden')
})
