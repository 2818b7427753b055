import type { Translation } from '../catalogue.ts'
import type english from '../en/people.ts'

export default {
  title: 'Mensen',
} satisfies Translation<typeof english, 'one' | 'other'>
