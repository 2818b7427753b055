// What is wrong with a field of a group, in words.
import type { Trouble } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

export function groupError({ code, field, text }: Trouble, of: string): string | undefined {
  if (code === 'name_taken') return of === 'name' ? t('roles.name.taken') : undefined
  if (field !== of) return undefined
  if (of === 'name') return t('roles.name.invalid')
  if (of !== 'supervisorUserId') return text
  if (code === 'invalid') return t('roles.supervisor.invalid')
  return code === 'not_found' ? t('roles.supervisor.gone') : text
}
