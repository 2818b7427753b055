// A person's photo, as an administrator sets it: the user's own data, like their name.
import type { PersonRecord } from '#contract/people.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { PHOTO_SIZES, squarePhoto } from '../../platform/images.ts'
import { write } from '../../platform/write.ts'
import { admitUpload } from '../users/actions.ts'
import * as users from '../users/queries.ts'
import { lockRecord, reachRecord, refuseLocked } from './actions.ts'
import { tellElsewhere, tellPerson } from './tell.ts'

/** Whoever may set this may set the photo. */
const LIKE = [{ key: 'firstName', field: { kind: 'plain', name: 'firstName' } }] as const

/** Refuses like setting the person's name, and with `too_many`, before the upload is read. */
export async function admitPhoto(ctx: ActorCtx, id: string): Promise<void> {
  const record = await reachRecord(ctx, ctx.actor, id)
  await refuseLocked(ctx, ctx.actor, record, LIKE)
  await admitUpload(ctx)
}

/** Refuses with `unsupported_media`, `unreadable_photo`, `photo_too_large` or `busy`, and as admitting. */
export async function setPhotoOf(
  ctx: ActorCtx,
  id: string,
  bytes: Uint8Array,
): Promise<{ photo: string }> {
  const square = await squarePhoto(bytes)
  const files = PHOTO_SIZES.map((pixels) => ({ pixels, webp: square[pixels] }))
  const photo = await changePhoto(ctx, id, 'person.set_photo', async (tx, { userId }) =>
    users.photoPath(await users.insertPhoto(tx.db, userId, files)),
  )
  return { photo }
}

/** Refuses like setting the person's name. */
export async function removePhotoOf(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  await changePhoto(ctx, id, 'person.remove_photo', async (tx, { userId }) => {
    await users.setPhoto(tx.db, userId, null)
    return null
  })
  return {}
}

async function changePhoto<T extends string | null>(
  ctx: ActorCtx,
  id: string,
  action: string,
  change: (tx: Tx, record: PersonRecord) => Promise<T>,
): Promise<T> {
  const { photo, record } = await write(ctx, action, async (tx) => {
    const before = await lockRecord(tx, ctx.actor, id)
    await refuseLocked(tx, ctx.actor, before, LIKE)
    const now = await change(tx, before)
    tx.note({
      subject: 'membership',
      subjectId: id,
      before: { photo: before.photo },
      after: { photo: now },
    })
    await tellPerson(tx, before.userId)
    return { photo: now, record: before }
  })
  if (!record.isOursAlone) await tellElsewhere(ctx, record.userId)
  return photo
}
