import { needWords } from '#lib/words.ts'

export const load = () => needWords('wall', 'proof', 'editing')
