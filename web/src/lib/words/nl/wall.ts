import type { Translation } from '../catalogue.ts'
import type english from '../en/wall.ts'

export default {
  title: 'Wand',
} satisfies Translation<typeof english, 'one' | 'other'>
