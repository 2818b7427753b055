import { needWords } from '#lib/words.ts'

export const load = () => needWords('setup', 'people', 'record', 'editing')
