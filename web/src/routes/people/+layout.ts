import { needWords } from '#lib/words.ts'

export const load = () =>
  needWords(
    'people',
    'audit',
    'editing',
    'record',
    'security',
    'me',
    'joining',
    'contact',
    'addresses',
  )
