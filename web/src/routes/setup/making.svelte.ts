// Making one thing: sent once, and a refusal stands at the field that it is about.
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

export class Making {
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()

  /** Whether it was made. */
  async try(make: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      await make()
      return true
    } catch (error) {
      this.trouble = inWords(troubleOf(error))
      return false
    } finally {
      this.isBusy = false
    }
  }

  errorOf = (field: string): string | undefined =>
    this.trouble?.field === field ? this.trouble.text : undefined
}

/** The trouble at the field that it is about, in the words of the setup. */
export function inWords(trouble: Trouble): Trouble {
  const { code } = trouble
  const field = trouble.field?.replace(/^set\./, '')
  if (code === 'name_taken') return { ...trouble, field: 'name', text: t('setup.field.name.taken') }
  if (code === 'not_found') return { ...trouble, text: t('setup.field.gone') }
  if (code !== 'invalid') return { ...trouble, field }
  if (field === 'name') return { ...trouble, text: t('setup.field.name.invalid') }
  if (field?.startsWith('allowedOrigins'))
    return { ...trouble, field: 'allowedOrigins', text: t('setup.field.origins.invalid') }
  return { ...trouble, field }
}
