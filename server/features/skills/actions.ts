// Making, renaming and deleting skills.
import { scope } from '#contract/scopes.ts'
import type { NewSkill, Skill, SkillChanges } from '#contract/skills.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as skills from './queries.ts'

/** Refuses with `not_found` or `forbidden` (the account), `invalid` or `name_taken` (the name). */
export async function createSkill(ctx: ActorCtx, wanted: NewSkill): Promise<Skill> {
  const { accountId } = wanted
  mustHold(ctx.actor, 'setup.manage', accountId)
  return write(ctx, 'skill.create', async (tx) => {
    const { db, organisationId } = tx
    const name = await claimName(tx, accountId, wanted.name, () =>
      skills.list(db, organisationId, [accountId]),
    )
    const skill = await skills.insert(db, organisationId, { accountId, name })
    tx.tell('skill', skill, [scope.setup(accountId)])
    tx.note({ subject: 'skill', subjectId: skill.id, after: skill })
    return skill
  })
}

/** The skill. Refuses with `not_found` or `forbidden`. */
async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Skill> {
  const skill = found(await skills.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', skill.accountId)
  return skill
}

/** Refuses with `not_found`, `forbidden`, `stale` and what stands now, `invalid` or `name_taken`. */
export async function changeSkill(
  ctx: ActorCtx,
  id: string,
  { set, base }: SkillChanges,
): Promise<Skill> {
  const { accountId } = await mustSetUp(ctx, id)
  const sound = set.name === undefined ? set : { name: soundName(set.name) }
  return write(ctx, 'skill.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await skills.lock(db, organisationId, id))
    const wanted = await changedFields<typeof sound>(tx, id, before, { set: sound, base })
    if (wanted.name === undefined) return before
    await claimName(tx, accountId, wanted.name, async () =>
      (await skills.list(db, organisationId, [accountId])).filter((one) => one.id !== id),
    )
    await skills.update(db, organisationId, id, wanted)
    await markFields(tx, id, Object.keys(wanted))
    const skill = found(await skills.find(db, organisationId, id))
    tx.tell('skill', skill, [scope.setup(accountId)])
    tx.note({ subject: 'skill', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return skill
  })
}

/** Refuses with `not_found`, `forbidden`, or `in_use` and where. */
export async function removeSkill(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { accountId } = await mustSetUp(ctx, id)
  await write(ctx, 'skill.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await skills.lock(db, organisationId, id))
    refuseUse(await skills.listUses(db, organisationId, id))
    await skills.remove(db, organisationId, id)
    tx.untell('skill', id, [scope.setup(accountId)])
    tx.note({ subject: 'skill', subjectId: id, before })
  }).catch(refuseLateUse)
  return {}
}
