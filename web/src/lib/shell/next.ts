// Where signing in leads: back to the page that asked for it, and never to another site.

const HOME = '/'
/** One slash and a letter: `//host` and `/\host` would leave for another site. */
const OWN_PATH = /^\/[A-Za-z]/

/** The sign-in page's address, which knows the page that was asked for. */
export function signInAt(from: Pick<URL, 'pathname' | 'search'>): string {
  const next = `${from.pathname}${from.search}`
  return next === HOME ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}

/** The page to go on to after signing in. */
export function nextOf(at: { searchParams: Pick<URLSearchParams, 'get'> }): string {
  const next = at.searchParams.get('next') ?? HOME
  return OWN_PATH.test(next) ? next : HOME
}
