// Short news about what this person just did, with the way to undo it. Never for what is visible in place.
export interface ToastAction {
  label: string
  keys?: string
  run: () => void
}

export interface ToastOptions {
  /** A second, quieter sentence. */
  detail?: string
  action?: ToastAction
  /** How long it stays, in milliseconds; 8000 with an action, 5000 without, 0 until it is dismissed. */
  stayMs?: number
}

export interface Toast extends ToastOptions {
  id: number
  kind: 'success' | 'error' | 'info'
  text: string
  stayMs: number
}

const mostShown = 4

class Toasts {
  #next = 1
  shown = $state<Toast[]>([])

  success(text: string, options?: ToastOptions): number {
    return this.#show('success', text, options)
  }

  info(text: string, options?: ToastOptions): number {
    return this.#show('info', text, options)
  }

  error(text: string, options?: ToastOptions): number {
    return this.#show('error', text, options)
  }

  /** Changes one that is on the screen, such as the count of work under way. */
  update(id: number, change: Partial<Omit<Toast, 'id'>>): void {
    this.shown = this.shown.map((toast) => (toast.id === id ? { ...toast, ...change } : toast))
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id)
  }

  #show(kind: Toast['kind'], text: string, options: ToastOptions = {}): number {
    const id = this.#next++
    const stayMs = options.stayMs ?? (options.action ? 8000 : 5000)
    this.shown = [...this.shown, { ...options, id, kind, text, stayMs }].slice(-mostShown)
    return id
  }
}

export const toast = new Toasts()
