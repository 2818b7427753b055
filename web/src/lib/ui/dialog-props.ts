import type { Snippet } from 'svelte'

export interface DialogProps {
  open?: boolean
  title: string
  description?: string | undefined
  /** From the side, for what belongs to the page behind it; `center` asks for all attention. */
  from?: 'center' | 'side'
  size?: 's' | 'm' | 'l'
  children: Snippet
  /** Its buttons, the primary one last. */
  footer?: Snippet
  onclose?: () => void
}
