// The built widget in a real browser, through the states of a chat and on a page that means it no good.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Frame, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, SITE_KEY, startHarness } from '../web/widget/testing/harness.ts'

const femke = { name: 'Femke de Vries', description: 'Tent adviser', photo: null }
const WIDTH = 1000
const HEIGHT = 800
let built: string
let browser: Browser
let harness: Harness
let page: Page
const problems: string[] = []

beforeAll(async () => {
  built = await mkdtemp(path.join(tmpdir(), 'widget-'))
  const script = fileURLToPath(new URL('../web/widget/build.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [script, built])
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
  })
}, 60_000)

afterAll(async () => {
  await browser.close()
  await rm(built, { recursive: true })
})

beforeEach(async () => {
  harness = await startHarness(built)
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT } })
  page = await context.newPage()
  problems.length = 0
  page.on('pageerror', (error) => problems.push(error.message))
})

afterEach(async () => {
  await page.context().close()
  await harness.close()
})

const clickLauncher = (): Promise<void> => page.mouse.click(WIDTH - 48, HEIGHT - 48)

/** The frame stands in a closed shadow root, out of reach of every selector of the page. */
async function frameOf(): Promise<Frame> {
  await expect.poll(() => page.frames().length).toBe(2)
  const frame = page.frames()[1]
  if (!frame) throw new Error('The frame has gone')
  return frame
}

async function openFrame(): Promise<void> {
  await page.goto(`${harness.origin}/widget/frame?key=${SITE_KEY}`)
}

async function beginChat(on: Page | Frame = page): Promise<void> {
  await on.locator('#question').fill('Hello, the pegs are missing')
  await on.getByRole('button', { name: 'Start chat' }).click()
  await on.locator('.place').waitFor()
  await expect.poll(() => harness.floor.links.size).toBe(1)
}

async function write(text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.keyboard.press('Enter')
}

const bubbles = (): Promise<string[]> => page.locator('.bubble').allTextContents()

async function violations(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test('a chat goes from the question over the line to the answer and the end', async () => {
  await openFrame()
  expect(await violations()).toEqual([])
  await beginChat()
  const place = page.getByRole('status').filter({ hasText: 'number' })
  expect(await place.textContent()).toMatch(/You are number 2\s*About 1–3 minutes/)
  expect(await bubbles()).toEqual(['Hello, the pegs are missing'])
  harness.floor.set({ anybodyOnline: false, wait: null })
  await page.getByText('Nobody is online to answer right now').waitFor()
  expect(await violations()).toEqual([])

  harness.floor.join(femke)
  await page.getByRole('heading', { name: 'Femke de Vries' }).waitFor()
  harness.floor.type()
  await page.getByText('Femke de Vries is typing').waitFor()
  harness.floor.say('operator', '  Two lines\n<b>as typed</b>')
  await expect.poll(bubbles).toHaveLength(2)
  expect((await bubbles())[1]).toBe('  Two lines\n<b>as typed</b>')
  await page.getByText('is typing').waitFor({ state: 'detached' })
  expect(await violations()).toEqual([])

  harness.floor.set({ state: 'waiting', operator: null, anybodyOnline: true, place: 1 })
  await page.getByText('Waiting for the next colleague').waitFor()
  harness.floor.set({ state: 'closed', closedBecause: 'operator' })
  await page.getByText('Femke de Vries ended this chat').waitFor()
  expect(await violations()).toEqual([])
  await page.getByRole('button', { name: 'Start a new chat' }).click()
  await page.locator('#question').waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('what is written while the line is down is kept over a reload and arrives once, in order', async () => {
  await openFrame()
  await beginChat()
  harness.floor.join(femke)
  await page.getByRole('heading', { name: 'Femke de Vries' }).waitFor()
  harness.cut(true)
  await page.getByText('Connection lost').waitFor()
  await write('first')
  await write('second')
  await page.getByRole('textbox', { name: 'Message' }).fill('not sent yet')
  expect(await page.getByText('Waiting for the connection').count()).toBe(2)
  harness.cut(false)
  await page.reload()
  await expect.poll(() => harness.floor.messages.length, { timeout: 30_000 }).toBe(3)
  expect(harness.floor.messages.map(({ body }) => body).slice(1)).toEqual(['first', 'second'])
  await expect.poll(bubbles).toEqual(['Hello, the pegs are missing', 'first', 'second'])
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('not sent yet')
}, 60_000)

test('a message whose frame was lost is fetched, and none is shown twice', async () => {
  await openFrame()
  await beginChat()
  harness.floor.join(femke)
  harness.floor.say('operator', 'lost', crypto.randomUUID(), false)
  harness.floor.say('operator', 'heard')
  await expect.poll(bubbles).toEqual(['Hello, the pegs are missing', 'lost', 'heard'])
}, 30_000)

test('a refused message can be sent again, and is then there once', async () => {
  await openFrame()
  await beginChat()
  harness.floor.refuse.set('/api/visitor/chats/:id/messages', 'forbidden')
  await write('please')
  await page.getByText('Not sent').waitFor()
  harness.floor.refuse.clear()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => harness.floor.messages.map(({ body }) => body)).toContain('please')
  await page.getByText('Not sent').waitFor({ state: 'detached' })
  expect((await bubbles()).filter((body) => body === 'please')).toHaveLength(1)
}, 30_000)

test('a session that was ended elsewhere keeps the text for a new chat', async () => {
  await openFrame()
  await beginChat()
  await page.getByRole('textbox', { name: 'Message' }).fill('half a thought')
  for (const link of harness.floor.links) link.emit('bye', { because: 'revoked' })
  await page.getByText('This session has ended').waitFor()
  await page.getByRole('button', { name: 'Start a new chat' }).click()
  expect(await page.locator('#question').inputValue()).toBe('half a thought')
}, 30_000)

test('a page that nobody touches fetches the loader alone', async () => {
  const fetched: string[] = []
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
  await page.goto(`${harness.origin.replace('127.0.0.1', 'localhost')}/hostile`)
  await page.waitForTimeout(500)
  expect(fetched.filter((name) => name.startsWith('/widget'))).toEqual(['/widget/loader.js'])
  expect(page.frames()).toHaveLength(1)
}, 30_000)

test('on a strict, clobbered and meddling page the chat works and the page cannot reach it', async () => {
  await page.goto(`${harness.origin.replace('127.0.0.1', 'localhost')}/hostile`)
  await clickLauncher()
  const frame = await frameOf()
  await beginChat(frame)
  await page.evaluate('window.fake()')
  harness.floor.join(femke)
  await frame.getByRole('heading', { name: 'Femke de Vries' }).waitFor()
  await frame.locator('.composer textarea').press('Escape')
  const heard = await page.evaluate<number[]>(`new Promise((resolve) => {
    const counts = []
    window.Switchboard('on', 'unread', (count) => { counts.push(count); resolve(counts) })
    window.fake()
    setTimeout(() => resolve(counts), 300)
  })`)
  expect(heard).toEqual([])
  expect(await page.evaluate('document.querySelectorAll("iframe").length')).toBe(0)
  expect(problems).toEqual([])
}, 60_000)

test('an answer while the window is closed is counted, and the next page wakes by itself', async () => {
  await page.goto(`${harness.origin}/demo?key=${SITE_KEY}`)
  await clickLauncher()
  await beginChat(await frameOf())
  harness.floor.join(femke)
  await page.evaluate('window.Switchboard("close")')
  await page.evaluate(
    'window.counts = []; window.Switchboard("on", "unread", (n) => window.counts.push(n))',
  )
  harness.floor.say('operator', 'one')
  harness.floor.say('operator', 'two')
  await expect.poll(() => page.evaluate('window.counts.at(-1)')).toBe(2)
  await page.reload()
  const frame = await frameOf()
  await expect.poll(() => frame.locator('.bubble').count()).toBe(3)
  expect(await violations()).toEqual([])
}, 60_000)
