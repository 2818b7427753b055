import { needWords } from '#lib/words.ts'

export const load = () => needWords('desk', 'transfers', 'parking')
