import { needWords } from '#lib/words.ts'

export const load = () =>
  needWords('wall', 'hours', 'transfers', 'proof', 'editing', 'why', 'statuses', 'parking')
