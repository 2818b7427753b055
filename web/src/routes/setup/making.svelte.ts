// Making one thing, in a dialog: sent once, and a refusal stands at the field that it is about.
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

export class Making {
  isOpen = $state(false)
  name = $state('')
  /** The account that was chosen for it; undefined: the first that it may be made at. */
  chosen = $state<string>()
  /** What was made, and is to be opened once its row has come. */
  made = $state<string>()
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()

  begin(name = ''): void {
    this.name = name
    this.isOpen = true
  }

  /** Whether it was made; the dialog closes then. */
  async try(make: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.trouble = undefined
    try {
      await make()
      this.isOpen = false
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
