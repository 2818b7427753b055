// Which skills a queue asks for, while that is edited: set whole, with the queue's version.
import { type QueueSkill, type QueueSkills, routing } from '#contract/routing.ts'
import { call } from '#lib/api.ts'
import { WholeDraft } from '#lib/editing/whole-draft.svelte.ts'

interface Asked {
  own: QueueSkill[]
  version: number
}
export type SkillsDraft = WholeDraft<QueueSkill[], Asked>

export function askedSkills(id: string): SkillsDraft {
  const params = { id }
  const asked = ({ skills, version }: QueueSkills): Asked => ({ own: skills, version })
  return new WholeDraft<QueueSkill[], Asked>({
    fetch: async () => asked(await call(routing.skills, { params })),
    send: async (skills, version) =>
      asked(await call(routing.setSkills, { params, body: { skills, version } })),
  })
}
