import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'Setup',
} as const satisfies Catalogue
