import type { Translation } from '../catalogue.ts'
import type english from '../en/signin.ts'

export default {
  title: 'Aanmelden',
} satisfies Translation<typeof english, 'one' | 'other'>
