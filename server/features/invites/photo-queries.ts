// A photo that waits with an invitation for the user who comes of it.
import type { Db } from '../../platform/database.ts'

interface Of {
  organisationId: string
  invitationId: string
}

/** The invitation's photo from now on, in place of the one before; answers its id. */
export async function insert(
  db: Db,
  of: Of,
  files: readonly { pixels: number; webp: Buffer }[],
): Promise<string> {
  await remove(db, of)
  const { id } = await db.insertInto('photos').values(of).returning('id').executeTakeFirstOrThrow()
  await db
    .insertInto('photoFiles')
    .values(files.map((file) => ({ photoId: id, ...file })))
    .execute()
  return id
}

export async function remove(db: Db, { organisationId, invitationId }: Of): Promise<void> {
  await db
    .deleteFrom('photos')
    .where('organisationId', '=', organisationId)
    .where('invitationId', '=', invitationId)
    .execute()
}

/** The photo becomes the user's own, unless they have one; then it goes. */
export async function handOver(db: Db, { userId, ...of }: Of & { userId: string }): Promise<void> {
  const photo = await db
    .updateTable('photos')
    .set({ userId, organisationId: null, invitationId: null })
    .where('organisationId', '=', of.organisationId)
    .where('invitationId', '=', of.invitationId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('users').where('id', '=', userId).where('photoId', 'is not', null))),
    )
    .returning('id')
    .executeTakeFirst()
  if (!photo) return remove(db, of)
  await db
    .updateTable('users')
    .set((eb) => ({ photoId: photo.id, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}
