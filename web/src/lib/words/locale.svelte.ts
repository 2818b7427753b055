// The locale on the screen and the catalogues fetched for it: one language, only the areas visited.
import type { Area } from './catalogue.ts'
import type { Catalogue } from './message.ts'

export const LOCALES = ['en', 'nl'] as const
export type Locale = (typeof LOCALES)[number]

/** Each language by its own name, for the menu that chooses one. */
export const localeNames: Record<Locale, string> = { en: 'English', nl: 'Nederlands' }

const storageKey = 'locale'
const files = import.meta.glob<{ default: Catalogue }>(['./*/*.ts', '!./*/*.test.ts'])

/** The locale for a BCP 47 tag such as `nl-BE`, if we speak it. */
export function localeFor(tag: string): Locale | undefined {
  const language = tag.toLowerCase().split('-')[0]
  return LOCALES.find((locale) => locale === language)
}

function remembered(): string[] {
  try {
    return [localStorage.getItem(storageKey) ?? '']
  } catch {
    return []
  }
}

function preferred(): Locale {
  for (const tag of [...remembered(), ...navigator.languages]) {
    const locale = localeFor(tag)
    if (locale) return locale
  }
  return 'en'
}

async function fetchArea(locale: Locale, area: Area): Promise<[Area, Catalogue]> {
  const file = files[`./${locale}/${area}.ts`]
  if (!file) throw new Error(`There is no catalogue ${locale}/${area}`)
  return [area, (await file()).default]
}

class Language {
  #locale = $state<Locale>(preferred())
  #catalogues = $state.raw<ReadonlyMap<string, Catalogue>>(new Map())
  #wanted = new Set<Area>()

  get locale(): Locale {
    return this.#locale
  }

  /** The locale with this device's region, for dates and numbers: `en` may be `en-GB` or `en-US`. */
  get tag(): string {
    return navigator.languages.find((tag) => localeFor(tag) === this.#locale) ?? this.#locale
  }

  messages(area: string): Catalogue | undefined {
    return this.#catalogues.get(area)
  }

  /** Fetches areas that are not here yet. Rejects when the network does. */
  async need(areas: readonly Area[]): Promise<void> {
    for (const area of areas) this.#wanted.add(area)
    const missing = areas.filter((area) => !this.#catalogues.has(area))
    // Setting the catalogues draws everything anew: only when there is something new to say.
    if (missing.length === 0) return
    const locale = this.#locale
    const fetched = await Promise.all(missing.map((area) => fetchArea(locale, area)))
    if (locale !== this.#locale) return this.need(areas)
    this.#catalogues = new Map([...this.#catalogues, ...fetched])
    this.#mark()
  }

  /** Changes the language in place: the page keeps its state, every text is drawn anew. */
  async use(locale: Locale): Promise<void> {
    const fetched = await Promise.all([...this.#wanted].map((area) => fetchArea(locale, area)))
    this.#catalogues = new Map(fetched)
    this.#locale = locale
    this.#mark()
  }

  /** Keeps the choice on this device, for the pages before sign-in. */
  remember(locale: Locale): void {
    try {
      localStorage.setItem(storageKey, locale)
    } catch {
      return
    }
  }

  #mark(): void {
    document.documentElement.lang = this.#locale
    document.documentElement.dir = 'ltr'
  }
}

export const language = new Language()
