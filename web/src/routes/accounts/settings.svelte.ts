// What is set of one account, as it is edited here: fetched anew whenever its row says that somebody
// has set something.
import { type Account, accounts as api } from '#contract/accounts.ts'
import { scope } from '#contract/scopes.ts'
import { call } from '#lib/api.ts'
import { FieldDraft, type Standing } from '#lib/editing/field-draft.svelte.ts'
import { DraftForm } from '#lib/record/draft-form.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { t } from '#lib/words.ts'

export class AccountEditor {
  readonly id: string
  readonly draft: FieldDraft
  readonly form: AccountForm
  /** Why there is nothing to show. */
  trouble = $state.raw<Trouble>()

  constructor({ id }: Account) {
    this.id = id
    this.draft = new FieldDraft((set, base) => this.#send(set, base))
    this.form = new AccountForm({
      ...{ draft: this.draft, accountId: id, subject: id, scope: scope.setup(id) },
    })
  }

  async #send(set: Standing['fields'], base: Record<string, number>): Promise<Standing> {
    return call(api.change, { params: { id: this.id }, body: { set, base } })
  }

  async load(): Promise<void> {
    this.trouble = undefined
    try {
      this.draft.meet(await call(api.settings, { params: { id: this.id } }))
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** What must be filled in before it can be saved, in words. */
  get missing(): string | undefined {
    const { draft } = this
    const name = draft.get('name')
    if (typeof name !== 'string' || name.trim() === '') return t('accounts.name.missing')
    if (draft.get('invitationHours') === null) return t('accounts.hours.missing')
    return undefined
  }
}

class AccountForm extends DraftForm {
  override error(key: string): string | undefined {
    const { trouble } = this.draft
    if (trouble?.field !== key && !(key === 'name' && trouble?.code === 'name_taken'))
      return undefined
    if (trouble.code === 'name_taken') return t('accounts.name.taken')
    if (trouble.code === 'alias_taken') return t('accounts.aliases.taken')
    return key === 'name' && trouble.code === 'invalid' ? t('accounts.name.invalid') : trouble.text
  }
}
