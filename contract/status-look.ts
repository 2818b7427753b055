// How a status of the catalogue may look.
import { type Static, Type } from 'typebox'

export const STATUS_ICONS = [
  'cup',
  'meal',
  'meeting',
  'phone',
  'learning',
  'desk',
  'health',
  'errand',
  'pause',
  'tools',
] as const
export const StatusIcon = Type.Enum([...STATUS_ICONS])
export type StatusIcon = Static<typeof StatusIcon>

export const STATUS_COLOURS = ['amber', 'red', 'violet', 'blue', 'green', 'grey'] as const
export const StatusColour = Type.Enum([...STATUS_COLOURS])
export type StatusColour = Static<typeof StatusColour>
