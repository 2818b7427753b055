import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'People',
} as const satisfies Catalogue
