// One group while it is edited here.
import { groups as api, type Group } from '#contract/groups.ts'
import { scope } from '#contract/scopes.ts'
import { call } from '#lib/api.ts'
import { FieldDraft, type Standing } from '#lib/editing/field-draft.svelte.ts'
import { DraftForm } from '#lib/record/draft-form.svelte.ts'
import { t } from '#lib/words.ts'
import { groupError } from './group-words.ts'

export function groupStanding(group: Group): Standing {
  const { name, supervisorUserId, departmentId, versions, version } = group
  // A group's row does not say who set what.
  const marks = Object.entries(versions).map(([key, one]) => [
    key,
    { version: one, by: null, at: null },
  ])
  return {
    ...{ fields: { name, supervisorUserId, departmentId }, version },
    marks: Object.fromEntries(marks),
  }
}

export class GroupEditor {
  readonly draft: FieldDraft
  readonly form: GroupForm

  constructor(group: Group) {
    const { id, accountId } = group
    this.draft = new FieldDraft(async (set, base) =>
      groupStanding(await call(api.change, { params: { id }, body: { set: texts(set), base } })),
    )
    this.form = new GroupForm({
      ...{ draft: this.draft, accountId, subject: id, scope: scope.setup(accountId) },
    })
    this.meet(group)
  }

  meet(group: Group): void {
    this.draft.meet(groupStanding(group))
  }

  get missing(): string | undefined {
    const name = this.draft.get('name')
    const isEmpty = typeof name !== 'string' || name.trim() === ''
    return isEmpty ? t('roles.role.name.missing') : undefined
  }
}

class GroupForm extends DraftForm {
  override error(key: string): string | undefined {
    const { trouble } = this.draft
    return trouble && groupError(trouble, key)
  }
}

/** All of a group's fields are texts. */
function texts(set: Standing['fields']): Record<string, string> {
  const sound = Object.entries(set).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  )
  return Object.fromEntries(sound)
}
