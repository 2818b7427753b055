// Reading exactly one uploaded file, within its bound.
import type {} from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Refusal } from './refuse.ts'

/** The bytes of the one file of a multipart request. Refuses more, less, other or larger. */
export async function readOneFile(request: FastifyRequest, maxBytes: number): Promise<Uint8Array> {
  if (!request.isMultipart()) throw new Refusal('unsupported_media')
  const file = await request.file({
    limits: {
      fileSize: maxBytes,
      files: 1,
      fields: 0,
      parts: 1,
      headerPairs: 20,
      fieldNameSize: 50,
    },
    throwFileSizeLimit: true,
  })
  if (!file) throw new Refusal('invalid', { message: 'a file is missing' })
  if (file.mimetype !== '' && !file.mimetype.startsWith('image/')) {
    file.file.resume()
    throw new Refusal('unsupported_media')
  }
  const bytes = await file.toBuffer()
  if (file.file.truncated) throw new Refusal('too_large')
  if (bytes.length === 0) throw new Refusal('unsupported_media')
  return bytes
}
