import { needWords } from '#lib/words.ts'

export const load = () => needWords('adding', 'security', 'joining')
