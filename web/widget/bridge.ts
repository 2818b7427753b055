// What the loader and the frame say to each other. Anything on a page may post a message, so each
// side takes only what these two readers let through, after it has checked who sent it.

/** What the frame tells the loader. */
export type FromFrame =
  | { say: 'ready' }
  | { say: 'close' }
  | { say: 'unread'; count: number }
  /** A chat is open: the loader then wakes the frame on the next page by itself. */
  | { say: 'running'; on: boolean }
  /** The site's colour and what reads on it, `#rrggbb`. */
  | { say: 'colour'; colour: string; ink: string }

/** What the loader tells the frame; `page` is the address of the page around it. */
export type FromLoader = { say: 'opened'; page: string } | { say: 'closed' }

/** Puts a mark on a message, so that it is not taken for another product's. */
export const marked = <M extends FromFrame | FromLoader>(message: M) => ({
  switchboard: 1,
  ...message,
})

const PAGE_MAX = 2048

/** The fields of whatever was posted; none of a message without the mark. */
function fieldsOf(data: unknown): Record<string, unknown> {
  const fields: Record<string, unknown> = Object(data)
  return fields['switchboard'] === 1 ? fields : {}
}

/** A message of the frame, or undefined for anything else. */
export function readFromFrame(data: unknown): FromFrame | undefined {
  const { say, count, on, colour, ink } = fieldsOf(data)
  if (say === 'ready' || say === 'close') return { say }
  if (say === 'unread' && typeof count === 'number' && count >= 0) return { say, count }
  if (say === 'running' && typeof on === 'boolean') return { say, on }
  if (say === 'colour' && typeof colour === 'string' && typeof ink === 'string')
    return { say, colour, ink }
  return undefined
}

/** A message of the loader, or undefined for anything else. */
export function readFromLoader(data: unknown): FromLoader | undefined {
  const { say, page } = fieldsOf(data)
  if (say === 'closed') return { say }
  if (say === 'opened' && typeof page === 'string') return { say, page: page.slice(0, PAGE_MAX) }
  return undefined
}
