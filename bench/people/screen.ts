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
    const moved = await frames(page, FAST, isShort ? 240 : 800)
    const flung = await frames(page, FLUNG, isShort ? 120 : 400)
    return {
      firstRowsMs: round(median(firsts)),
      loadedMs,
      ...searches,
      stillP50Ms: round(quantile(still.frames, 0.5)),
      stillP95Ms: round(quantile(still.frames, 0.95)),
      scrollP50Ms: round(quantile(moved.frames, 0.5)),
      scrollP95Ms: round(quantile(moved.frames, 0.95)),
      flungP50Ms: round(quantile(flung.frames, 0.5)),
      flungP95Ms: round(quantile(flung.frames, 0.95)),
      framesMeasured: moved.frames.length,
      mostRowNodes: Math.max(moved.most, flung.most),
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
  return page.evaluate<number>(UNTIL_ROWS)
}

// What runs in the page is text: nothing here has a document.
const UNTIL_ROWS = `new Promise((resolve) => {
  const began = performance.now()
  const look = () =>
    document.querySelector('tbody tr.line')
      ? requestAnimationFrame(() => resolve(performance.now() - began))
      : requestAnimationFrame(look)
  document.querySelector('a[href="/people"]').click()
  look()
})`

const typing = (text: string) => `new Promise((resolve) => {
  const input = document.querySelector('search input[type=search]')
  const began = performance.now()
  input.value = ${JSON.stringify(text)}
  input.dispatchEvent(new Event('input', { bubbles: true }))
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
})`

/** What goes by in a frame, in pages: a wheel turned fast, and the bar thrown faster than anybody reads. */
const FAST = 1 / 16
const FLUNG = 1 / 4

const watching = (pagesAFrame: number, atMost: number) => `new Promise((resolve) => {
  const list = document.querySelector('.scroller:has(tr.line)')
  const frames = []
  let most = 0
  let before = performance.now()
  const step = (now) => {
    frames.push(now - before)
    before = now
    most = Math.max(most, document.querySelectorAll('tbody tr.line').length)
    list.scrollBy(0, list.clientHeight * ${pagesAFrame})
    if (frames.length > ${atMost}) resolve({ frames: frames.slice(2), most })
    else requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

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
      times.push(await page.evaluate<number>(typing(text)))
  }
  await field.fill('')
  await page.waitForTimeout(600)
  return { searchMs: round(median(times)), searchWorstMs: round(Math.max(...times)) }
}

/** The time between frames while so much goes by; standing still, for what the machine gives. */
function frames(page: Page, pagesAFrame: number, atMost: number) {
  return page.evaluate<{ frames: number[]; most: number }>(watching(pagesAFrame, atMost))
}
