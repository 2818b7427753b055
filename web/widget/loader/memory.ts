// What the page's own storage keeps for the loader: that a chat is running, and the site's colours.
// A page without storage works; the next one only starts without what was kept.

/** What is kept under a name for a site key; empty where there is nothing, or no storage. */
export function recall(key: string, name: string): string {
  try {
    return localStorage.getItem(`switchboard:${key}:${name}`) ?? ''
  } catch {
    return ''
  }
}

export function remember(key: string, name: string, value: string): void {
  try {
    localStorage.setItem(`switchboard:${key}:${name}`, value)
  } catch {
    return
  }
}
