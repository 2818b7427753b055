import { expect, test } from 'vitest'
import type { Fields } from '#contract/fields.ts'
import { FieldDraft } from '#lib/editing/field-draft.svelte.ts'
import { DraftForm } from '#lib/record/draft-form.svelte.ts'
import { MeaningForm } from './meaning-form.ts'
import { MEANINGS, MEANT, type Meaning, meaningIn, wordsText } from './status-form.ts'

type Versions = Record<'availability' | 'accepts', number>

function opened(first: Meaning) {
  const draft = new FieldDraft(async () => undefined)
  const versions: Versions = { availability: 0, accepts: 0 }
  let version = 0
  let fields: Fields = {}
  /** Somebody sets what differs, as the server keeps it. */
  const stand = (meaning: Meaning) => {
    const { availability, accepts } = MEANT[meaning]
    const next = { availability, accepts: wordsText(accepts) }
    for (const key of ['availability', 'accepts'] as const)
      if (fields[key] !== next[key]) versions[key] += 1
    fields = next
    version += 1
    const mark = (key: keyof Versions) => ({ version: versions[key], by: 'Cas', at: null })
    const marks = { availability: mark('availability'), accepts: mark('accepts') }
    draft.meet({ fields, marks, version })
  }
  stand(first)
  const form = new DraftForm({ draft, accountId: 'a', subject: 's', scope: 'setup:a' })
  return { draft, stand, form: new MeaningForm(form, draft) }
}

const saved = (draft: FieldDraft) => meaningIn(draft.get('availability'), draft.get('accepts'))

// Whatever was there, whatever is chosen here, whatever somebody else chooses meanwhile.
const cases = MEANINGS.flatMap((first) =>
  MEANINGS.flatMap((mine) => MEANINGS.map((theirs) => [first, mine, theirs] as const)),
).filter(([first, mine, theirs]) => mine !== first && theirs !== first && theirs !== mine)

test('PR-2 a meaning is one choice: what is chosen stays, and theirs or mine is whole', () => {
  for (const [first, mine, theirs] of cases) {
    const of = `${first}, ${mine} here, ${theirs} there`
    for (const ending of ['useTheirs', 'keepMine'] as const) {
      const { draft, form, stand } = opened(first)
      form.set('availability', mine)
      expect(form.meaning, of).toBe(mine)
      stand(theirs)
      expect(form.meaning, of).toBe(mine)
      expect(form.conflict(), of).toMatchObject({ value: theirs, by: 'Cas' })
      form[ending]()
      expect([form.conflict(), saved(draft)], of).toEqual([
        undefined,
        ending === 'useTheirs' ? theirs : mine,
      ])
    }
  }
})
