// The button on the page and the window of the chat, in a closed shadow root.
import {
  append,
  attachShadow,
  createElement,
  createElementNS,
  createFrame,
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

export interface Drawn {
  host: HTMLElement
  button: HTMLElement
  /** Shows whether it is open and how much is unread, in looks and in its name. */
  show: (open: boolean, unread: number) => void
  /** Takes `colour ink`. */
  paint: (colours: string) => void
  /** Puts the frame on the page, once. */
  frame: () => HTMLIFrameElement
}

/** An element of a drawing. */
const svg = (name: string): Element =>
  createElementNS(document, 'http://www.w3.org/2000/svg', name)

/** On a phone the keyboard covers the page: the window keeps to what is seen. */
function keepInView(host: HTMLElement): void {
  const seen = window.visualViewport
  if (!seen) return
  const fit = (): void => {
    setProperty(host.style, '--height', `${seen.height}px`)
    setProperty(host.style, '--top', `${seen.offsetTop}px`)
  }
  listen(seen, 'resize', fit)
  listen(seen, 'scroll', fit)
  fit()
}

function newFrame({ key, origin, chosenLanguage }: Tag): HTMLIFrameElement {
  const frame = createFrame(document, 'iframe')
  setAttribute(frame, 'title', 'Chat')
  setAttribute(
    frame,
    'src',
    `${origin}/widget/frame?key=${key}#from=${encodeURIComponent(location.origin)}&lang=${encodeURIComponent(chosenLanguage)}`,
  )
  return frame
}

/** Draws the closed button; nothing is fetched before `frame()` is called. */
export function draw(tag: Tag): Drawn {
  const [openWord, closeWord, unreadWord] = words[tag.language]
  const side = tag.left ? 'left' : ''
  const host = createElement(document, 'div')
  const root = attachShadow(host, { mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(look)
  root.adoptedStyleSheets = [sheet]
  const button = createElement(document, 'button')
  const badge = createElement(document, 'i')
  const drawing = svg('svg')
  const line = svg('path')
  let frame: HTMLIFrameElement | undefined
  setAttribute(button, 'type', 'button')
  setAttribute(button, 'class', side)
  setAttribute(drawing, 'viewBox', '0 0 24 24')
  append(drawing, line)
  append(button, drawing)
  append(button, badge)
  append(root, button)

  return {
    host,
    button,
    show: (open, unread) => {
      const count = unread > 0 ? `, ${unread} ${unreadWord}` : ''
      const name = open ? closeWord : openWord + count
      setAttribute(button, 'aria-expanded', `${open}`)
      setAttribute(button, 'aria-label', name)
      setAttribute(button, 'title', name)
      setAttribute(line, 'd', open ? shut : talk)
      badge.textContent = open || unread === 0 ? '' : `${Math.min(unread, 99)}`
      if (frame) setAttribute(frame, 'class', `frame ${side}${open ? ' open' : ''}`)
    },
    paint: (colours) => {
      const [colour = '', ink = ''] = colours.split(' ')
      setProperty(button.style, '--colour', colour)
      setProperty(button.style, '--ink', ink)
    },
    frame: () => {
      if (frame) return frame
      frame = newFrame(tag)
      setAttribute(frame, 'class', `frame ${side}`)
      append(root, frame)
      keepInView(host)
      return frame
    },
  }
}
