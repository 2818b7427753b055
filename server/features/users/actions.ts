import { partsOf, scope } from '#contract/scopes.ts'
import type { Language } from '#contract/shapes.ts'
import { type ActingCtx, type ActorCtx, actingIn, type Tx } from '../../platform/context.ts'
import { PHOTO_SIZES, squarePhoto } from '../../platform/images.ts'
import { spend } from '../../platform/quota.ts'
import { write } from '../../platform/write.ts'
import * as users from './queries.ts'
import { listRecordsOf, markFields } from './record-queries.ts'

const UPLOADS = { most: 10, seconds: 3600 }

export async function setLanguage(
  ctx: ActorCtx,
  language: Language,
): Promise<Record<string, never>> {
  const { userId } = ctx.actor
  await write(ctx, 'user.set_language', async (tx) => {
    const before = await users.setLanguage(tx.db, userId, language)
    await markFields(tx.db, userId, ['language'], userId, tx.now().toISOString())
    tx.note({
      subject: 'user',
      subjectId: userId,
      before: { language: before },
      after: { language },
    })
    await tellUser(tx, userId)
  })
  await tellElsewhere(ctx, userId)
  return {}
}

/** Refuses with `too_many` before the upload is read. */
export async function admitUpload(ctx: ActorCtx): Promise<void> {
  await spend(ctx.db, `upload:${ctx.actor.userId}`, UPLOADS, ctx.now())
}

/** Refuses with `unsupported_media`, `unreadable_photo`, `photo_too_large` or `busy`. */
export async function setPhoto(ctx: ActorCtx, bytes: Uint8Array): Promise<{ photo: string }> {
  const { userId } = ctx.actor
  const square = await squarePhoto(bytes)
  const files = PHOTO_SIZES.map((pixels) => ({ pixels, webp: square[pixels] }))
  const photo = await write(ctx, 'user.set_photo', async (tx) => {
    const id = await users.insertPhoto(tx.db, userId, files)
    tx.note({ subject: 'user', subjectId: userId, after: { photo: id } })
    await tellUser(tx, userId)
    return users.photoPath(id)
  })
  await tellElsewhere(ctx, userId)
  return { photo }
}

export async function removePhoto(ctx: ActorCtx): Promise<Record<string, never>> {
  const { userId } = ctx.actor
  await write(ctx, 'user.remove_photo', async (tx) => {
    await users.setPhoto(tx.db, userId, null)
    tx.note({ subject: 'user', subjectId: userId, after: { photo: null } })
    await tellUser(tx, userId)
  })
  await tellElsewhere(ctx, userId)
  return {}
}

/** Through which scopes each of a user's memberships is seen, by its id. */
export type Seen = ReadonlyMap<string, readonly string[]>

/** Asked before a change that may move a person out of a department or a group. */
export async function whereSeen(
  { db, organisationId }: Pick<Tx, 'db' | 'organisationId'>,
  userId: string,
): Promise<Seen> {
  const rows = await users.personRowsOf(db, organisationId, userId)
  return new Map(rows.map(({ person, scopes }) => [person.id, scopes]))
}

/**
 * Tells how a user looks now in each of their accounts: their line, their open record, and as an
 * operator. `before`: where they were seen until now; what they have left no longer sees them.
 */
export async function tellUser(tx: Tx, userId: string, before: Seen = new Map()): Promise<void> {
  const { db, organisationId } = tx
  for (const { person, scopes } of await users.personRowsOf(db, organisationId, userId))
    tx.tell('person', person, scopes, before.get(person.id))
  for (const record of await listRecordsOf(db, organisationId, userId))
    tx.tell('record', record, [scope.record(record.id)])
  const found = await users.findOperator(db, organisationId, userId)
  if (found) tx.tell('operator', found.operator, found.scopes, teamsOf(before))
}

/** Where an operator was seen as one of a team: among its people and on its floor. */
function teamsOf(before: Seen): string[] {
  return [...before.values()]
    .flat()
    .map(partsOf)
    .flatMap(({ of, id }) => (of === 'team' ? [scope.team(id), scope.floor(id)] : []))
}

/** A user is one in every organisation; each has a log of its own and is told in it. */
export async function tellElsewhere(ctx: ActingCtx, userId: string): Promise<void> {
  for (const id of await users.organisationIdsOf(ctx.db, userId)) {
    if (id === ctx.organisationId) continue
    await write(actingIn(ctx, id, userId), 'user.tell', (tx) => tellUser(tx, userId))
  }
}
