import { needWords } from '#lib/words.ts'

export const load = () =>
  needWords('wall', 'transfers', 'proof', 'editing', 'why', 'statuses', 'parking')
