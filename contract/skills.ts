// Skills: what an agent can do, held by people with a level.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, Id, Name, Nothing, Strict } from './shapes.ts'

export const Skill = Type.Object({
  id: Id,
  accountId: Id,
  name: Type.String(),
  version: Type.Integer(),
  versions: Versions,
})
export type Skill = Static<typeof Skill>

export const NewSkill = Strict({ accountId: Id, name: Name })
export type NewSkill = Static<typeof NewSkill>

export const SkillChanges = changesOf({ name: Name })
export type SkillChanges = Static<typeof SkillChanges>

export const skills = {
  list: endpoint('GET', '/api/skills', 'session', 'The skills that I may see', {
    reply: Type.Array(Skill),
  }),
  create: endpoint('POST', '/api/skills', 'setup.manage', 'Make a skill', {
    body: NewSkill,
    reply: Skill,
  }),
  change: endpoint('PATCH', '/api/skills/:id', 'setup.manage', 'Rename a skill', {
    params: ById,
    body: SkillChanges,
    reply: Skill,
  }),
  remove: endpoint(
    'DELETE',
    '/api/skills/:id',
    'setup.manage',
    'Delete a skill; `in_use` with where, while somebody has it',
    { params: ById, reply: Nothing },
  ),
}
