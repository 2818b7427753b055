import type { Translation } from '../catalogue.ts'
import type english from '../en/me.ts'

export default {
  title: 'Mijn profiel',
} satisfies Translation<typeof english, 'one' | 'other'>
