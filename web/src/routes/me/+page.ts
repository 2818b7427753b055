import { needWords } from '#lib/words.ts'

export const load = () => needWords('statuses', 'me', 'security', 'joining', 'contact', 'people')
