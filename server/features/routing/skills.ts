// Which skills a queue asks for. Waiting chats are looked at again by the clockwork, within a second.
import type { QueueSkills, SetQueueSkills } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as queues from '../queues/queries.ts'
import * as asked from './skill-queries.ts'

/** Refuses with `not_found` or `forbidden` (the queue). */
export async function readSkills(ctx: ActorCtx, queueId: string): Promise<QueueSkills> {
  const { db, organisationId } = ctx
  const { accountId, ...standing } = found(await asked.findQueueSkills(db, organisationId, queueId))
  mustHold(ctx.actor, 'setup.manage', accountId)
  return { queueId, ...standing }
}

/**
 * Says which skills the queue asks for, on top of the version that was seen. Refuses with `not_found`
 * or `forbidden` (the queue), `stale`, or `invalid` (a skill that is unknown there or named twice).
 */
export function setSkills(
  ctx: ActorCtx,
  queueId: string,
  wanted: SetQueueSkills,
): Promise<QueueSkills> {
  return write(ctx, 'queue.set_skills', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await asked.findQueueSkills(db, organisationId, queueId, 'lock'))
    const { accountId } = before
    mustHold(ctx.actor, 'setup.manage', accountId)
    if (before.version !== wanted.version) throw new Refusal('stale', { field: 'skills' })
    const ids = new Set(wanted.skills.map(({ skillId }) => skillId))
    const known = await asked.listKnownSkills(db, organisationId, accountId, [...ids])
    if (known.length !== wanted.skills.length) throw new Refusal('invalid', { field: 'skills' })
    const version = await asked.setQueueSkills(db, organisationId, queueId, wanted.skills)
    const queue = found(await queues.find(db, organisationId, queueId))
    tx.tell('queue', queue, [scope.setup(accountId), scope.floor(accountId), scope.queue(queueId)])
    const { skills } = wanted
    tx.note({
      ...{ subject: 'queue', subjectId: queueId },
      before: { skills: before.skills },
      after: { skills },
    })
    return { queueId, skills, version }
  })
}
