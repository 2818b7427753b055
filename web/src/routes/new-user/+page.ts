import { needWords } from '#lib/words.ts'

export const load = () =>
  needWords('people', 'editing', 'record', 'adding', 'security', 'joining', 'me')
