import type { Translation } from '../catalogue.ts'
import type english from '../en/setup.ts'

export default {
  title: 'Inrichting',
} satisfies Translation<typeof english, 'one' | 'other'>
