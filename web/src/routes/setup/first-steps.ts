// The way from an empty organisation to its first chat; what is done is read from what is there.

export interface Step {
  id: 'queues' | 'people' | 'widget' | 'chat' | 'next'
  href: string
  isDone: boolean
}

export interface Standing {
  queues: number
  /** People other than me, and those who are invited. */
  others: number
  sites: number
  chats: number
  /** Whether the help was opened on this device. */
  hasReadHelp: boolean
  /** Of a site whose widget can be tried. */
  siteKey: string | undefined
}

export function stepsOf(standing: Standing): Step[] {
  const { queues, others, sites, chats, hasReadHelp, siteKey } = standing
  return [
    { id: 'queues', href: '/setup/queues', isDone: queues > 0 },
    { id: 'people', href: '/people/invite', isDone: others > 0 },
    { id: 'widget', href: '/setup/sites', isDone: sites > 0 },
    { id: 'chat', href: siteKey ? demoPath(siteKey) : '/setup/sites', isDone: chats > 0 },
    { id: 'next', href: '/help', isDone: hasReadHelp },
  ]
}

/** Our own page with the site's widget on it. */
export function demoPath(siteKey: string): string {
  return `/demo?key=${siteKey}`
}

/** The line that puts the site's widget on a page. */
export function tagOf(origin: string, siteKey: string): string {
  return `<script async src="${origin}/widget/loader.js" data-key="${siteKey}"></script>`
}

const keyOf = (organisationId: string) => `setup.first-chat ${organisationId}`

/** Whether a chat of the organisation has been seen on this device. */
export function recallFirstChat(organisationId: string | undefined): boolean {
  if (organisationId === undefined) return false
  try {
    return localStorage.getItem(keyOf(organisationId)) !== null
  } catch {
    return false
  }
}

/** A chat that has ended leaves the floor; that there was one stays known here. */
export function rememberFirstChat(organisationId: string): void {
  try {
    localStorage.setItem(keyOf(organisationId), 'seen')
  } catch {
    return
  }
}
