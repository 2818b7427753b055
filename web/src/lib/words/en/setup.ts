import type { Catalogue } from '../message.ts'

export default {
  title: 'Setup',
} as const satisfies Catalogue
