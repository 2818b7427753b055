import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'Wall',
} as const satisfies Catalogue
