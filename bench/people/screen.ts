// What somebody at the screen waits for: the first rows after the click, the answer to a key in the
// search field, and the frames while scrolling through everybody.
import { chromium, type Page } from 'playwright-core'
import { median, quantile, round } from './doors.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']

export interface ScreenWanted {
  url: string
  cookie: string
  isShort: boolean
}

export async function measureScreen({ url, cookie, isShort }: ScreenWanted): Promise<object> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url }])
    const page = await context.newPage()
    const firsts: number[] = []
    for (let at = 0; at < (isShort ? 2 : 5); at++) firsts.push(await firstRows(page, url))
    const loadedMs = await allThere(page)
    const searches = await searchTimes(page, isShort ? 3 : 9)
    const still = await frames(page, 0, 120)
    const moved = await frames(page, isShort ? 30 : 100, isShort ? 240 : 800)
    return {
      firstRowsMs: round(median(firsts)),
      loadedMs,
      ...searches,
      stillP50Ms: round(quantile(still.frames, 0.5)),
      stillP95Ms: round(quantile(still.frames, 0.95)),
      scrollP50Ms: round(quantile(moved.frames, 0.5)),
      scrollP95Ms: round(quantile(moved.frames, 0.95)),
      framesMeasured: moved.frames.length,
      mostRowNodes: moved.most,
    }
  } finally {
    await browser.close()
  }
}

/** From the click on People, on the profile page, to the first frame that shows somebody. */
async function firstRows(page: Page, url: string): Promise<number> {
  await page.goto(`${url}/me`)
  await page.locator('a[href="/people"]').first().waitFor()
  await page.waitForTimeout(1500)
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const began = performance.now()
        const look = () =>
          document.querySelector('tbody tr.line')
            ? requestAnimationFrame(() => resolve(performance.now() - began))
            : requestAnimationFrame(look)
        document.querySelector<HTMLAnchorElement>('a[href="/people"]')?.click()
        look()
      }),
  )
}

async function allThere(page: Page): Promise<number> {
  const began = performance.now()
  await page.locator('.hairline').waitFor({ state: 'detached', timeout: 60_000 })
  await page.waitForTimeout(1000)
  return round(performance.now() - began - 1000)
}

/** From a key in the search field to the painted answer. */
async function searchTimes(page: Page, tries: number): Promise<object> {
  const field = page.getByLabel('Search people')
  const times: number[] = []
  for (let at = 0; at < tries; at++) {
    await field.fill('')
    await page.waitForTimeout(500)
    for (const text of ['f', 'fe', 'femke', 'femke lund'])
      times.push(
        await field.evaluate((input: HTMLInputElement, typed) => {
          const began = performance.now()
          input.value = typed
          input.dispatchEvent(new Event('input', { bubbles: true }))
          return new Promise<number>((resolve) =>
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began))),
          )
        }, text),
      )
  }
  await field.fill('')
  await page.waitForTimeout(600)
  return { searchMs: round(median(times)), searchWorstMs: round(Math.max(...times)) }
}

/** The time between frames while so many pages go by; standing still, for what the machine gives. */
function frames(page: Page, pages: number, atMost: number) {
  return page.evaluate(
    ([wanted, limit]) =>
      new Promise<{ frames: number[]; most: number }>((resolve) => {
        const list = document.querySelector('.scroller') ?? document.body
        const seen: number[] = []
        let most = 0
        let before = performance.now()
        const end = wanted * list.clientHeight
        const step = (now: number) => {
          seen.push(now - before)
          before = now
          most = Math.max(most, document.querySelectorAll('tbody tr.line').length)
          // A page in four frames: faster than anybody reads.
          list.scrollBy(0, wanted > 0 ? list.clientHeight / 4 : 0)
          const isOver = seen.length > limit || (wanted > 0 && list.scrollTop >= end)
          isOver ? resolve({ frames: seen.slice(2), most }) : requestAnimationFrame(step)
        }
        requestAnimationFrame(step)
      }),
    [pages, atMost] as const,
  )
}
