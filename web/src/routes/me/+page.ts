import { needWords } from '#lib/words.ts'

export const load = () => needWords('me', 'security', 'joining', 'contact', 'people')
