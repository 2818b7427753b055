import type { Translation } from '../catalogue.ts'
import type english from '../en/desk.ts'

export default {
  title: 'Werkplek',
} satisfies Translation<typeof english, 'one' | 'other'>
