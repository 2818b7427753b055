import { needWords } from '#lib/words.ts'

export const load = () => needWords('setup', 'statuses', 'people', 'record', 'editing')
