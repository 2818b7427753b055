// A long list drawn as far as it has been scrolled: its beginning at once, more as its end is reached.
import type { Attachment } from 'svelte/attachments'

const STEP = 50

export class Gradual {
  most = $state(STEP)

  /** What stands behind the last that is drawn: draws more when it comes into sight. */
  readonly end: Attachment<Element> = (element) => {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.most += STEP
    })
    seen.observe(element)
    return () => seen.disconnect()
  }
}
