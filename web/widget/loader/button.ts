// The button on the page and the window of the chat, in a closed shadow root.
import {
  append,
  attachShadow,
  createElement,
  createElementNS,
  listen,
  setAttribute,
  setProperty,
} from './intrinsics.ts'
import { look, shut, talk } from './look.ts'
import { words } from './words.ts'

export interface Tag {
  key: string
  /** Where the loader came from, and so where the frame is. */
  origin: string
  left: boolean
  language: 'en' | 'nl'
  /** What the tag itself said, passed on to the frame. */
  chosenLanguage: string
}

/** An element of a drawing. */
const svg = (name: string): Element => createElementNS(document, 'http://www.w3.org/2000/svg', name)

/** On a phone the keyboard covers the page: the window keeps to what is seen. */
function keepInView(host: HTMLElement): void {
  const seen = window.visualViewport
  if (!seen) return
  const follow = (): void => {
    setProperty(host.style, '--sb-height', `${seen.height}px`)
    setProperty(host.style, '--sb-top', `${seen.offsetTop}px`)
  }
  listen(seen, 'resize', follow)
  listen(seen, 'scroll', follow)
  follow()
}

/** What stands on the page. Nothing is fetched before `wake`. */
export class Drawn {
  readonly host = createElement(document, 'div')
  readonly button = createElement(document, 'button')
  readonly #root = attachShadow(this.host, { mode: 'closed' })
  readonly #badge = createElement(document, 'i')
  readonly #line = svg('path')
  readonly #tag: Tag
  readonly #side: string
  /** The window of the chat, once somebody wants it. */
  frame: HTMLElement | undefined

  constructor(tag: Tag) {
    this.#tag = tag
    this.#side = tag.left ? 'left' : ''
    const sheet = new CSSStyleSheet()
    const drawing = svg('svg')
    sheet.replaceSync(look)
    this.#root.adoptedStyleSheets = [sheet]
    setAttribute(drawing, 'viewBox', '0 0 24 24')
    setAttribute(this.button, 'type', 'button')
    setAttribute(this.button, 'class', this.#side)
    append(drawing, this.#line)
    append(this.button, drawing)
    append(this.button, this.#badge)
    append(this.#root, this.button)
  }

  /** Shows whether it is open and how much is unread, in looks and in its name. */
  show(isOpen: boolean, unread: number): void {
    const name = this.#nameOf(isOpen, unread)
    setAttribute(this.button, 'aria-expanded', `${isOpen}`)
    setAttribute(this.button, 'aria-label', name)
    setAttribute(this.button, 'title', name)
    setAttribute(this.#line, 'd', isOpen ? shut : talk)
    this.#badge.textContent = unread && !isOpen ? `${Math.min(unread, 99)}` : ''
    if (this.frame) setAttribute(this.frame, 'class', `frame ${this.#side}${isOpen ? ' open' : ''}`)
  }

  /** Takes `colour ink`; nothing for the product's own. */
  paint(colours: string): void {
    const [colour = '', ink = ''] = colours.split(' ')
    setProperty(this.button.style, '--sb-colour', colour)
    setProperty(this.button.style, '--sb-ink', ink)
  }

  /** Puts the frame on the page, once. */
  wake(): HTMLElement {
    if (this.frame) return this.frame
    const { origin, key, chosenLanguage } = this.#tag
    const from = encodeURIComponent(location.origin)
    const language = encodeURIComponent(chosenLanguage)
    const frame = createElement(document, 'iframe')
    setAttribute(frame, 'title', 'Chat')
    setAttribute(frame, 'class', `frame ${this.#side}`)
    setAttribute(frame, 'src', `${origin}/widget/frame?key=${key}#from=${from}&lang=${language}`)
    append(this.#root, frame)
    keepInView(this.host)
    this.frame = frame
    return frame
  }

  #nameOf(isOpen: boolean, unread: number): string {
    const [open, close, fresh] = words[this.#tag.language]
    if (isOpen) return close
    return unread ? `${open}, ${unread} ${fresh}` : open
  }
}
