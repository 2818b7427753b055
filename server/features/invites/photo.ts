// The photo of whoever is invited: chosen with the invitation, and theirs once they accept.
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { PHOTO_SIZES, squarePhoto } from '../../platform/images.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { admitUpload } from '../users/actions.ts'
import { photoPath } from '../users/queries.ts'
import { findManaged } from './again-actions.ts'
import * as offers from './offer-queries.ts'
import * as photos from './photo-queries.ts'
import * as invites from './queries.ts'
import { findTold, noteAndTell } from './tell.ts'

/**
 * Refuses with `not_found`, `forbidden`, `wrong_status` (it was accepted or withdrawn) or `too_many`,
 * before the upload is read.
 */
export async function admitPhoto(ctx: ActorCtx, id: string): Promise<void> {
  refuseOver(await findManaged(ctx, ctx.actor, id))
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
  const photo = await change(ctx, id, 'invitation.set_photo', async (tx, of) =>
    photoPath(await photos.insert(tx.db, of, files)),
  )
  return { photo }
}

/** Refuses with `not_found`, `forbidden` or `wrong_status`. */
export async function removePhotoOf(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  await change(ctx, id, 'invitation.remove_photo', (tx, of) => photos.remove(tx.db, of))
  return {}
}

function change<T>(
  ctx: ActorCtx,
  id: string,
  action: string,
  work: (tx: Tx, of: { organisationId: string; invitationId: string }) => Promise<T>,
): Promise<T> {
  return write(ctx, action, async (tx) => {
    const { organisationId } = tx
    await findManaged(tx, ctx.actor, id)
    refuseOver(found(await offers.lock(tx.db, organisationId, id)))
    const { invitation: before, scopes } = await findTold(tx, id)
    const done = await work(tx, { organisationId, invitationId: id })
    await invites.update(tx.db, organisationId, id, {})
    await noteAndTell(tx, id, { scopes, before })
    return done
  })
}

function refuseOver({ state }: Pick<offers.Offer, 'state'>): void {
  if (state === 'accepted' || state === 'revoked') throw new Refusal('wrong_status')
}
