import { session } from '#lib/session.svelte.ts'
import { needWords } from '#lib/words.ts'
import { askEarly } from './first-page.svelte.ts'

export const load = ({ url, untrack }: { url: URL; untrack: <T>(what: () => T) => T }) => {
  untrack(() => {
    if (session.may('users.view')) askEarly(url)
  })
  return needWords(
    'people',
    'audit',
    'editing',
    'record',
    'statuses',
    'security',
    'me',
    'joining',
    'contact',
    'addresses',
  )
}
