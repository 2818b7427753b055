import { needWords } from '#lib/words.ts'

export const load = () => needWords('people', 'editing', 'record', 'security', 'me', 'joining')
