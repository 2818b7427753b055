// A screen that hangs on a wall: all of the display, awake, and no pointer in the picture.

const POINTER_MS = 3_000

/** Takes the whole display, where the browser lets it. */
export async function enterFullScreen(): Promise<void> {
  if (!document.fullscreenEnabled || document.fullscreenElement) return
  // The kiosk's own look does without it.
  await document.documentElement.requestFullscreen().catch(() => undefined)
}

export async function leaveFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen()
}

/** Hears that the browser has ended the full screen, by its own Escape key. */
export function onFullScreenEnd(ended: () => void): () => void {
  const hear = () => {
    if (!document.fullscreenElement) ended()
  }
  document.addEventListener('fullscreenchange', hear)
  return () => document.removeEventListener('fullscreenchange', hear)
}

const LARGEST = 1.5
const SMALLEST = 0.7
const STEP = 0.1
/** However much comes and goes, it is measured at most so often. */
const SETTLE_MS = 500

/** Draws the page as large as it can be without scrolling; what does not fit at all, small. */
export function fitToScreen(sheet: HTMLElement): () => void {
  const draw = () => {
    const scroller = sheet.parentElement
    if (!scroller) return
    for (let zoom = LARGEST; zoom >= SMALLEST; zoom -= STEP) {
      sheet.style.setProperty('zoom', zoom.toFixed(1))
      if (scroller.scrollHeight <= scroller.clientHeight) return
    }
  }
  let timer: number | undefined
  const later = () => {
    timer ??= window.setTimeout(() => {
      timer = undefined
      draw()
    }, SETTLE_MS)
  }
  const changes = new MutationObserver(later)
  draw()
  changes.observe(sheet, { childList: true, subtree: true })
  addEventListener('resize', later)
  return () => {
    clearTimeout(timer)
    changes.disconnect()
    removeEventListener('resize', later)
    sheet.style.removeProperty('zoom')
  }
}

/** Keeps the display awake; the browser lets go of it whenever the page is out of sight. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined
  let isOver = false
  const ask = async () => {
    if (document.hidden || isOver) return
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined)
    if (isOver) await lock?.release()
  }
  void ask()
  document.addEventListener('visibilitychange', ask)
  return () => {
    isOver = true
    document.removeEventListener('visibilitychange', ask)
    void lock?.release()
  }
}

/** Whether the pointer has rested long enough to be hidden. */
export class RestingPointer {
  isResting = $state(false)

  follow(): () => void {
    let timer = 0
    const moved = () => {
      this.isResting = false
      clearTimeout(timer)
      timer = window.setTimeout(() => (this.isResting = true), POINTER_MS)
    }
    moved()
    document.addEventListener('pointermove', moved)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointermove', moved)
      this.isResting = false
    }
  }
}
