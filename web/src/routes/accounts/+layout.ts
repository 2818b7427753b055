import { needWords } from '#lib/words.ts'

export const load = () => needWords('accounts', 'people', 'record', 'editing')
