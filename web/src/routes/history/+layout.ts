import { needWords } from '#lib/words.ts'

export const load = () => needWords('history', 'desk', 'why')
