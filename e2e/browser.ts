// A real Chromium for whole journeys, with people in it: each has a browser profile of their own.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'

/** Where pictures of the journeys are kept. */
const ARTIFACTS = fileURLToPath(new URL('../artifacts/e2e/', import.meta.url))
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Look {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  locale?: 'en' | 'nl'
}

export interface Somebody {
  page: Page
  context: BrowserContext
  /** What went wrong in their pages: errors, and what the content policy stopped. */
  problems: string[]
  /** Keeps a picture of what they see. */
  picture(name: string): Promise<void>
}

export interface Stage {
  /** Somebody with a browser of their own; `cookie` (name=value) signs them in. */
  enter(name: string, url: string, look?: Look & { cookie?: string }): Promise<Somebody>
}

/** Opens a browser before the file's tests and closes it behind them. */
export function openStage(): Stage {
  let browser: Browser
  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true })
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
    browser = await chromium.launch({ executablePath, args: FLAGS })
  })
  afterAll(async () => {
    await browser?.close()
  })
  return {
    async enter(name, url, { width = 1440, height = 900, scheme, locale, cookie } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme ?? 'light',
        locale: locale === 'nl' ? 'nl-NL' : 'en-GB',
        reducedMotion: 'reduce',
      })
      if (cookie) await context.addCookies([cookieOf(cookie, url)])
      const page = await context.newPage()
      const problems = listen(page)
      await page.goto(url)
      const picture = async (of: string) => {
        await page.screenshot({ path: `${ARTIFACTS}${name}-${of}.png` })
      }
      return { page, context, problems, picture }
    },
  }
}

function cookieOf(pair: string, url: string) {
  const at = pair.indexOf('=')
  // For every path of the server, not only those beside the first page.
  return { name: pair.slice(0, at), value: pair.slice(at + 1), url: new URL(url).origin }
}

function listen(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // A refusal that the page shows is no problem of the page's.
    const isRefusal = /Failed to load resource/.test(message.text())
    if (message.type() === 'error' && !isRefusal) problems.push(message.text())
  })
  return problems
}

/** What an expression says in the page, which has a window of its own. */
export function asked<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(expression) as Promise<T>
}

/** The field of a form that the focus is in. */
export function focusedField(page: Page): Promise<string | null> {
  return asked(
    page,
    "document.activeElement?.closest('[data-field]')?.getAttribute('data-field') ?? null",
  )
}

/** No serious finding of axe on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
  ).toEqual([])
}
