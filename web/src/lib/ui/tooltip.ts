// A hint on hover or focus: one element for the whole page, above everything, gone with Escape.
import type { Attachment } from 'svelte/attachments'
import { capsOf } from './keycaps.ts'

interface Hint {
  text: string
  /** A shortcut's keys, drawn behind the text. */
  keys?: string | undefined
  /** Whether the text is already the control's name, so that it is not read twice. */
  isName?: boolean
}

const showAfterMs = 350
const gap = 6
let bubble: HTMLElement | undefined
let shownFor: Element | undefined

function bubbleOnPage(): HTMLElement {
  if (bubble?.isConnected) return bubble
  bubble = document.createElement('div')
  bubble.id = 'tooltip'
  bubble.className = 'tooltip'
  bubble.role = 'tooltip'
  bubble.popover = 'manual'
  const main = document.querySelector('main') ?? document.body
  main.append(bubble)
  return bubble
}

function draw(element: HTMLElement, { text, keys }: Hint): void {
  const caps = keys === undefined ? [] : capsOf(keys)
  const drawn = caps.map((cap) =>
    Object.assign(document.createElement('kbd'), { textContent: cap }),
  )
  element.replaceChildren(text, ...drawn)
}

function place(element: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect()
  const own = element.getBoundingClientRect()
  const above = at.top - own.height - gap
  const middle = at.left + at.width / 2 - own.width / 2
  const inside = Math.max(gap, Math.min(middle, innerWidth - own.width - gap))
  element.style.setProperty('top', `${above > gap ? above : at.bottom + gap}px`)
  element.style.setProperty('left', `${inside}px`)
}

function show(anchor: Element, hint: Hint): void {
  if (!anchor.isConnected || hint.text === '') return
  const element = bubbleOnPage()
  draw(element, hint)
  element.showPopover?.()
  place(element, anchor)
  shownFor = anchor
  if (!hint.isName) anchor.setAttribute('aria-describedby', element.id)
}

function hide(anchor: Element): void {
  if (shownFor !== anchor) return
  if (anchor.getAttribute('aria-describedby') === bubble?.id)
    anchor.removeAttribute('aria-describedby')
  bubble?.hidePopover?.()
  shownFor = undefined
}

/** Hangs a hint on a control: `<button {@attach tooltip({ text: 'Mute' })}>`. */
export function tooltip(hint: Hint): Attachment<Element> {
  return (anchor) => {
    let timer = 0
    const stop = new AbortController()
    const later = (delay: number, what: () => void) => {
      clearTimeout(timer)
      timer = window.setTimeout(what, delay)
    }
    const leave = () => later(80, () => bubble?.matches(':hover') || hide(anchor))
    const on = (name: string, hear: (event: Event) => void) =>
      anchor.addEventListener(name, hear, { signal: stop.signal })
    const onEscape = (event: KeyboardEvent) => event.key === 'Escape' && hide(anchor)
    on('pointerenter', () => later(showAfterMs, () => show(anchor, hint)))
    on('pointerleave', leave)
    on('pointerdown', () => later(0, () => hide(anchor)))
    on('focus', () => anchor.matches(':focus-visible') && later(0, () => show(anchor, hint)))
    on('blur', () => later(0, () => hide(anchor)))
    addEventListener('keydown', onEscape, { signal: stop.signal })
    return () => {
      clearTimeout(timer)
      stop.abort()
      hide(anchor)
    }
  }
}
