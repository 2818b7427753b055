// The token of a link (`/invitation#t=...`). The page takes it out of the address bar at once, so that
// it is in no history, screenshot or referrer; it is kept for this tab alone, so that a reload or
// signing in in between does not lose it.

/** The token in an address's fragment, `#t=<token>`. */
export function tokenIn(hash: string): string | undefined {
  return /^#t=([A-Za-z0-9_-]{20,100})$/.exec(hash)?.[1]
}

/** The token of the page at this path, from the address's fragment or from before in this tab. */
export function takeToken(path: string, hash: string): string | undefined {
  const token = tokenIn(hash)
  if (token !== undefined) keep(path, token)
  return token ?? recall(path)
}

/** It has been used, or is good for nothing. */
export function dropToken(path: string): void {
  try {
    sessionStorage.removeItem(path)
  } catch {
    return
  }
}

// A browser that forbids storage only forgets the token with a reload.
function keep(path: string, token: string): void {
  try {
    sessionStorage.setItem(path, token)
  } catch {
    return
  }
}

function recall(path: string): string | undefined {
  try {
    return sessionStorage.getItem(path) ?? undefined
  } catch {
    return undefined
  }
}
