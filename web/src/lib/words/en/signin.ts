import type { Catalogue } from '../catalogue.ts'

export default {
  title: 'Sign in',
} as const satisfies Catalogue
