import { afterEach, expect, test, vi } from 'vitest'
import { keyboard, pressOf, type Shortcut } from './keyboard.svelte.ts'
import { capsOf } from './ui/keycaps.ts'

const stops: Array<() => void> = []

function registered(keys: string, more: Partial<Shortcut> = {}) {
  const run = vi.fn()
  const shortcut: Shortcut = {
    id: `test ${keys}`,
    keys,
    scope: 'page',
    label: () => keys,
    run,
    ...more,
  }
  stops.push(keyboard.register(shortcut))
  return run
}

function type(key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body) {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : ''
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }),
  )
}

function field(): HTMLInputElement {
  const input = document.createElement('input')
  document.body.append(input)
  stops.push(() => input.remove())
  return input
}

stops.push(keyboard.listen())
afterEach(() => {
  for (const stop of stops.splice(1)) stop()
  keyboard.singleKeys = true
})

test('a press runs the shortcut that is written for it, once', () => {
  const run = registered('a')
  type('a')
  type('b')
  expect(run).toHaveBeenCalledTimes(1)
})

test('two presses in a row go somewhere; one does not', () => {
  const run = registered('g d')
  type('d')
  expect(run).not.toHaveBeenCalled()
  type('g')
  type('d')
  expect(run).toHaveBeenCalledTimes(1)
})

test('a Russian layout keeps every shortcut: the key goes by its place', () => {
  const run = registered('a')
  type('ф', { code: 'KeyA' })
  expect(run).toHaveBeenCalledTimes(1)
})

test('an AZERTY layout goes by the letter, not by its place', () => {
  const run = registered('a')
  type('a', { code: 'KeyQ' })
  type('q', { code: 'KeyA' })
  expect(run).toHaveBeenCalledTimes(1)
})

test('nothing runs while a person types, unless the shortcut says so', () => {
  const single = registered('a')
  const command = registered('Mod+k', { inText: true })
  type('a', {}, field())
  type('k', { ctrlKey: true }, field())
  expect(single).not.toHaveBeenCalled()
  expect(command).toHaveBeenCalledTimes(1)
})

test('nothing runs while an input method is composing', () => {
  const run = registered('a')
  type('a', { isComposing: true })
  expect(run).not.toHaveBeenCalled()
})

test('single keys can be switched off; the others stay', () => {
  const single = registered('a')
  const sequence = registered('g d')
  const command = registered('Mod+k')
  keyboard.singleKeys = false
  type('a')
  type('g')
  type('d')
  type('k', { ctrlKey: true })
  expect([single, sequence, command].map((run) => run.mock.calls.length)).toEqual([0, 0, 1])
  expect(keyboard.keysOf('test a')).toBeUndefined()
})

test('a shortcut that does not apply now leaves the press to others', () => {
  const always = registered('a', { id: 'always' })
  const never = registered('a', { id: 'never', when: () => false })
  type('a')
  expect(never).not.toHaveBeenCalled()
  expect(always).toHaveBeenCalledTimes(1)
})

test('a page goes before the shell, and hands the key back when it leaves', () => {
  const shell = registered('a', { id: 'shell' })
  const page = registered('a', { id: 'page' })
  type('a')
  stops.pop()?.()
  type('a')
  expect([shell.mock.calls.length, page.mock.calls.length]).toEqual([1, 1])
})

test.each([
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: 'A', code: 'KeyA', shiftKey: true }, 'Shift+a'],
  [{ key: 'Enter', ctrlKey: true }, 'Mod+Enter'],
])('%o is written %s', (event, written) => {
  expect(pressOf(new KeyboardEvent('keydown', event), false)).toBe(written)
})

test.each([
  ['Mod+k', false, ['Ctrl', 'K']],
  ['Mod+k', true, ['⌘', 'K']],
  ['g d', false, ['G', 'D']],
  ['?', false, ['?']],
])('%s is drawn as caps', (keys, mac, caps) => {
  expect(capsOf(keys, mac)).toEqual(caps)
})

test('what two places register under one id works in whichever is drawn, and outlives either', () => {
  const inRail = vi.fn()
  const onPage = vi.fn()
  let isRailDrawn = false
  const one = { id: 'status.choose', keys: 's', scope: 'everywhere', label: () => 's' } as const
  stops.push(keyboard.register({ ...one, run: inRail, when: () => isRailDrawn }))
  const leavePage = keyboard.register({ ...one, run: onPage })
  expect(keyboard.shortcuts.filter(({ id }) => id === one.id)).toHaveLength(1)
  type('s')
  expect(onPage).toHaveBeenCalledTimes(1)
  leavePage()
  isRailDrawn = true
  type('s')
  expect(inRail).toHaveBeenCalledTimes(1)
})
