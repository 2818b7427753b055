// What somebody before the Wall waits for: the first tiles, each frame while others change their
// status, a key in the search, a press on a filter, scrolling, and the arrow keys.
import { chromium, type Page } from 'playwright-core'
import { quantile, round } from '../people/doors.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
/** A page that does not answer for so long hangs. */
const HANGS_MS = 120_000

export interface ScreenWanted {
  url: string
  cookie: string
  isShort: boolean
  /** Sets somebody's availability, as another supervisor does. */
  change(userId: string, availability: 'busy' | 'away'): Promise<unknown>
}

export async function measureScreen(wanted: ScreenWanted): Promise<object> {
  const { url, cookie, isShort } = wanted
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url }])
    const page = await context.newPage()
    page.setDefaultTimeout(HANGS_MS)
    await page.addInitScript(WATCHING)
    const began = performance.now()
    await page.goto(`${url}/wall`)
    await page.locator('.tile').first().waitFor()
    const firstTilesMs = round(performance.now() - began)
    await page.waitForTimeout(2_000)
    const opening = await tasks(page)
    const still = await during(page, () => page.waitForTimeout(isShort ? 4_000 : 15_000))
    const told = await changeToPaint(page, wanted)
    const scrolled = await during(page, () => page.evaluate(scrolling(isShort ? 120 : 400)))
    const searched = await during(page, () => search(page))
    const filtered = await during(page, () => filter(page))
    const walked = await during(page, () => walk(page))
    const regrouped = await during(page, () => regroup(page))
    const listed = await during(page, () => list(page))
    const tiles = await page.locator('.tile').count()
    return {
      ...{ firstTilesMs, tiles, told, opening, still, scrolled, searched, filtered },
      ...{ walked, regrouped, listed },
    }
  } finally {
    await browser.close()
  }
}

interface Tasks {
  /** Tasks over 50 ms: how many, and the longest. */
  long: number
  longestMs: number
  frameP50Ms: number
  frameP95Ms: number
}

// What runs in the page is text: nothing here has a document.
const WATCHING = `
  window.longTasks = []
  window.frameTimes = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  let before = performance.now()
  const frame = (now) => {
    window.frameTimes.push(now - before)
    before = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)`

async function tasks(page: Page): Promise<Tasks> {
  const { long, frames } = await page.evaluate<{ long: number[]; frames: number[] }>(
    '({ long: window.longTasks.splice(0), frames: window.frameTimes.splice(0) })',
  )
  return {
    ...{ long: long.length, longestMs: round(Math.max(0, ...long)) },
    frameP50Ms: round(quantile(frames, 0.5)),
    frameP95Ms: round(quantile(frames, 0.95)),
  }
}

async function during(page: Page, work: () => Promise<unknown>): Promise<Tasks> {
  await tasks(page)
  await work()
  await page.waitForTimeout(300)
  return tasks(page)
}

interface Told {
  changes: number
  /** Not on the screen after five seconds; after three of them no more is asked for. */
  missed: number
  p50Ms: number
  p99Ms: number
}

/** Looks at the tile of the first operator who is there; answers who. Whoever is not is offline,
 * whatever they are set to. */
async function watchOne(page: Page): Promise<string> {
  const present = page.locator('.tile').filter({ hasNotText: 'Offline' }).first()
  const tile = (await present.locator('[data-tile]').getAttribute('data-tile')) ?? ''
  await page.evaluate(seeing(tile))
  return tile.split('/').at(-1) ?? ''
}

/** From asking for a change of somebody's status to the frame that shows it on their tile. */
async function changeToPaint(page: Page, { isShort, change }: ScreenWanted): Promise<Told> {
  const userId = await watchOne(page)
  // What they are is not known: from here on every change is one.
  await change(userId, 'away')
  const times: number[] = []
  let missed = 0
  for (let n = 0; n < (isShort ? 40 : 200) && missed < 3; n++) {
    const began = Date.now()
    await change(userId, n % 2 === 0 ? 'busy' : 'away')
    const seenAt = await page.evaluate<number | null>(`window.seenAt(${began})`)
    if (seenAt === null) missed++
    else times.push(seenAt - began)
    await page.waitForTimeout(Math.random() * 200)
  }
  const [p50Ms, p99Ms] = [round(quantile(times, 0.5)), round(quantile(times, 0.99))]
  return { changes: times.length, missed, p50Ms, p99Ms }
}

// The status on a tile, and when a frame with another was on its way to the screen.
const seeing = (name: string) => `
  window.seen = []
  const tile = document.querySelector(${JSON.stringify(`[data-tile="${name}"]`)}).closest('.tile')
  const status = () => tile.querySelector('.status .word')?.textContent
  let shown = status()
  new MutationObserver(() => {
    if (status() === shown) return
    shown = status()
    requestAnimationFrame(() => setTimeout(() => window.seen.push(Date.now())))
  }).observe(tile, { subtree: true, childList: true, characterData: true, attributes: true })
  window.seenAt = async (began) => {
    while (Date.now() < began + 5_000) {
      const at = window.seen.find((one) => one >= began)
      if (at !== undefined) return at
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return null
  }`

const scrolling = (steps: number) => `new Promise((resolve) => {
  const main = document.querySelector('main')
  let left = ${steps}
  const step = () => {
    main.scrollBy(0, main.clientHeight / 8)
    left -= 1
    if (left > 0) requestAnimationFrame(step)
    else resolve()
  }
  step()
})`

async function search(page: Page): Promise<void> {
  const field = page.getByPlaceholder('Search operators')
  await field.pressSequentially('femke lund', { delay: 120 })
  await field.fill('')
}

async function filter(page: Page): Promise<void> {
  const pressed = page.locator('.statuses button')
  for (const at of [1, 2, 1, 2, 0]) {
    await pressed.nth(at).click()
    await page.waitForTimeout(200)
  }
}

async function walk(page: Page): Promise<void> {
  await page.locator('[data-tile][tabindex="0"]').focus()
  for (const key of ['End', 'Home', ...Array.from({ length: 20 }, () => 'ArrowDown'), 'ArrowRight'])
    await page.keyboard.press(key, { delay: 20 })
}

async function regroup(page: Page): Promise<void> {
  const by = page.locator('.by select')
  await by.selectOption('queue')
  await page.waitForTimeout(400)
  await by.selectOption('department')
}

async function list(page: Page): Promise<void> {
  for (const at of [3, 4]) {
    await page.locator('.totals a').nth(at).click()
    await page.waitForTimeout(1_000)
  }
}
