import type { Catalogue } from '../message.ts'

export default {
  title: 'Desk',
} as const satisfies Catalogue
