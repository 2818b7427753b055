// What a tab can do to be seen from another: its title, its picture, the badge of the app, and a
// notification on the desktop.
import newsIcon from './favicon-news.svg'
import { Leader } from './leader.svelte.ts'

const FLASH_MS = 1_000
const NOTIFIES = 'switchboard.notifications'

/** Shows the text in turn with the page's own title; hands back what ends it. */
export function flashTitle(text: string): () => void {
  let own = document.title
  const turn = () => {
    if (document.title === text) document.title = own
    else {
      own = document.title
      document.title = text
    }
  }
  turn()
  const timer = setInterval(turn, FLASH_MS)
  return () => {
    clearInterval(timer)
    if (document.title === text) document.title = own
  }
}

/** Marks the tab's picture and the app's badge with how much waits; nothing at 0. */
export function badge(count: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const wanted = count > 0 ? newsIcon : '/favicon.svg'
  if (icon && icon.getAttribute('href') !== wanted) icon.href = wanted
  if (!('setAppBadge' in navigator)) return
  const done = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()
  done.catch(() => undefined)
}

export type Permission = NotificationPermission | 'impossible'

class Desktop {
  #permission = $state<Permission>(
    'Notification' in globalThis ? Notification.permission : 'impossible',
  )
  readonly #leader = new Leader(NOTIFIES)

  get permission(): Permission {
    return this.#permission
  }

  /** Asks once, in answer to a click. */
  async ask(): Promise<void> {
    if (this.#permission !== 'default') return
    this.#permission = await Notification.requestPermission()
  }

  /** Only one tab tells; the others keep still. */
  follow(): void {
    this.#leader.stand()
  }

  /** Tells, when it may; hands back what takes it away again. A tag replaces what has the same. */
  tell(title: string, options: NotificationOptions, opened: () => void): () => void {
    if (this.#permission !== 'granted' || !this.#leader.isMe) return () => {}
    try {
      const told = new Notification(title, { icon: '/favicon.svg', ...options })
      told.onclick = () => {
        window.focus()
        told.close()
        opened()
      }
      return () => told.close()
    } catch {
      // Some phones know notifications only from a service worker.
      return () => {}
    }
  }
}

export const desktop = new Desktop()
