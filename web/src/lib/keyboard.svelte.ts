// Every shortcut is written down once, here: for the handler, the tooltips and the sheet behind `?`.
import { SvelteSet } from 'svelte/reactivity'
import { isMac } from './ui/keycaps.ts'

export interface Shortcut {
  /** Stable name, such as `desk.accept`. */
  id: string
  /**
   * One press (`a`, `?`, `Mod+k`, `Shift+a`, `Ctrl+Enter`, `Escape`) or two in a row (`g d`). Letters are
   * lower case; Mod is ⌘ on a Mac and Ctrl elsewhere.
   */
  keys: string
  /** Where it belongs in the sheet. */
  scope: 'everywhere' | 'page'
  /** What it does, in words; asked for each time it is drawn. */
  label: () => string
  /** Whether it works now; always, if left out. */
  when?: () => boolean
  /** Also while a text field has the focus: for presses with Mod, and Escape. */
  inText?: boolean
  run: (event: KeyboardEvent) => void
}

const sequenceMs = 1200
const storageKey = 'single-keys'
const named = new Set(['Enter', 'Escape', 'Tab', 'Backspace', 'Delete', 'Home', 'End'])

/** The letter or sign a press means. A layout without Latin letters goes by the key's place. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  const { key, code } = event
  if (key.length > 1) return key
  if (/^[\u0021-\u007e]$/.test(key)) return key.toLowerCase()
  const place = /^(?:Key|Digit)(\w)$/.exec(code)
  return place?.[1]?.toLowerCase() ?? key
}

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** A press as the registry writes it: `Mod+k`, `Shift+a`, `?`. */
export function pressOf(event: Press, mac = isMac): string {
  const key = keyOf(event)
  const isLetterOrNamed = /^[a-z]$/.test(key) || key.length > 1
  const held = [
    (mac ? event.metaKey : event.ctrlKey) && 'Mod',
    mac && event.ctrlKey && 'Ctrl',
    event.altKey && 'Alt',
    // The sign already says that Shift was held: `?`, not `Shift+?`.
    event.shiftKey && isLetterOrNamed && 'Shift',
  ].filter((name) => name !== false)
  return [...held, key].join('+')
}

/** Whether the press would write into the element. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) {
    return !['button', 'checkbox', 'file', 'radio', 'range', 'reset', 'submit'].includes(
      target.type,
    )
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

function isOpenOverlay(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('[aria-modal="true"], [role="menu"], [role="listbox"]') !== null
  )
}

/** Whether a shortcut is one plain key, or begins with one: those can be switched off. */
export function isSingleKey(keys: string): boolean {
  return !/(Mod|Ctrl|Alt)\+/.test(keys) && !named.has(keys)
}

function readSingleKeys(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'off'
  } catch {
    return true
  }
}

class Keyboard {
  #shortcuts = new SvelteSet<Shortcut>()
  #singleKeys = $state(readSingleKeys())
  #first: { press: string; at: number } | undefined

  /** Whether shortcuts of one plain key work; a person may switch them off (WCAG 2.1.4). */
  get singleKeys(): boolean {
    return this.#singleKeys
  }

  set singleKeys(on: boolean) {
    this.#singleKeys = on
    try {
      localStorage.setItem(storageKey, on ? 'on' : 'off')
    } catch {
      return
    }
  }

  /** All that is registered now, for the sheet; of two with one id, the newer. */
  get shortcuts(): Shortcut[] {
    return [...new Map([...this.#shortcuts].map((one) => [one.id, one])).values()]
  }

  /** Adds shortcuts; hands back what removes them: `$effect(() => keyboard.register(...))`. */
  register(...shortcuts: Shortcut[]): () => void {
    for (const shortcut of shortcuts) this.#shortcuts.add(shortcut)
    return () => {
      for (const shortcut of shortcuts) this.#shortcuts.delete(shortcut)
    }
  }

  /** The keys of a shortcut that would work if pressed, for tooltips and buttons. */
  keysOf(id: string): string | undefined {
    const keys = this.shortcuts.find((shortcut) => shortcut.id === id)?.keys
    return keys !== undefined && this.#isOn(keys) ? keys : undefined
  }

  /** Hears the whole page; hands back what stops it. */
  listen(): () => void {
    const hear = (event: KeyboardEvent) => this.handle(event)
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return
    if (isOpenOverlay(event.target)) return
    const press = pressOf(event)
    const found = this.#find(press, event)
    this.#remember(press, found, event.timeStamp)
    if (!found) return
    event.preventDefault()
    found.run(event)
  }

  #find(press: string, event: KeyboardEvent): Shortcut | undefined {
    const first = this.#first
    const isSecond = first !== undefined && event.timeStamp - first.at < sequenceMs
    const typing = takesText(event.target)
    const works = (shortcut: Shortcut) =>
      this.#isOn(shortcut.keys) &&
      (!typing || (shortcut.inText ?? false)) &&
      (shortcut.when?.() ?? true)
    const candidates = [...this.#shortcuts].filter(works)
    // The newest wins: what a page registers goes before what the shell did.
    return (
      (isSecond && candidates.findLast(({ keys }) => keys === `${first.press} ${press}`)) ||
      candidates.findLast(({ keys }) => keys === press)
    )
  }

  #remember(press: string, found: Shortcut | undefined, at: number): void {
    const begins = !found && this.shortcuts.some(({ keys }) => keys.startsWith(`${press} `))
    this.#first = begins ? { press, at } : undefined
  }

  #isOn(keys: string): boolean {
    return this.#singleKeys || !isSingleKey(keys)
  }
}

function isModifier(key: string): boolean {
  return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta'
}

export const keyboard = new Keyboard()
