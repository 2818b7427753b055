import { needWords } from '#lib/words.ts'

export const load = () =>
  needWords('setup', 'hours', 'statuses', 'people', 'record', 'editing', 'parking', 'transfers')
