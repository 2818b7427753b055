// Light, dark, or as the system says: chosen per device, painted before the first frame by app.html.
export type ThemeChoice = 'system' | 'light' | 'dark'
export type Density = 'normal' | 'compact'

const themeKey = 'theme'
const densityKey = 'density'
const systemDark = matchMedia('(prefers-color-scheme: dark)')

// A browser that forbids storage still gets a theme; it only forgets the choice.
function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

function keep(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    return
  }
}

function readTheme(): ThemeChoice {
  const stored = recall(themeKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

class Theme {
  #choice = $state<ThemeChoice>(readTheme())
  #systemDark = $state(systemDark.matches)
  #density = $state<Density>(recall(densityKey) === 'compact' ? 'compact' : 'normal')

  /** What the person chose on this device. */
  get choice(): ThemeChoice {
    return this.#choice
  }

  /** What is on the screen. */
  get shown(): 'light' | 'dark' {
    if (this.#choice !== 'system') return this.#choice
    return this.#systemDark ? 'dark' : 'light'
  }

  get density(): Density {
    return this.#density
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    keep(themeKey, choice === 'system' ? undefined : choice)
    this.#paint()
  }

  chooseDensity(density: Density): void {
    this.#density = density
    keep(densityKey, density === 'normal' ? undefined : density)
    this.#paint()
  }

  /** Follows the system and this person's other tabs; hands back what stops it. */
  follow(): () => void {
    const stop = new AbortController()
    systemDark.addEventListener('change', () => this.#refresh(), stop)
    addEventListener('storage', () => this.#refresh(), stop)
    this.#paint()
    return () => stop.abort()
  }

  #refresh(): void {
    this.#choice = readTheme()
    this.#systemDark = systemDark.matches
    this.#density = recall(densityKey) === 'compact' ? 'compact' : 'normal'
    this.#paint()
  }

  #paint(): void {
    document.documentElement.dataset['theme'] = this.shown
    document.documentElement.dataset['density'] = this.#density
  }
}

export const theme = new Theme()
