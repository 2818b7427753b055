import { needWords } from '#lib/words.ts'

export const load = () => needWords('simulator')
