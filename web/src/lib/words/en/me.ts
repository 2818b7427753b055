import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'My profile',
} as const satisfies Catalogue
