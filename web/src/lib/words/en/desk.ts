import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'Desk',
} as const satisfies Catalogue
