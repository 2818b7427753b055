// Which row is open in its dialog, as the address has it: it can be linked, and gone back from.
import { goto } from '$app/navigation'
import { page } from '$app/state'

export function openedId(): string | null {
  return page.url.searchParams.get('edit')
}

export function open(id: string): void {
  void goto(`${page.url.pathname}?edit=${id}`, { reset: false })
}

export function close(): void {
  void goto(page.url.pathname, { reset: false, replace: true })
}
