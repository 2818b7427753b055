import { needWords } from '#lib/words.ts'

export const load = () => needWords('policy', 'addresses', 'people', 'joining', 'record')
