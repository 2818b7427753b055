// What is thrown, as the answer that goes out. Nothing of the inside is told: no stack, no SQL.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { RefusalCode } from '#contract/refusals.ts'
import { isWorthRetrying } from './database.ts'
import { Refusal } from './refuse.ts'

const OF_CODE: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_REQ_FILE_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported_media',
  FST_FILES_LIMIT: 'invalid',
  FST_PARTS_LIMIT: 'invalid',
  FST_FIELDS_LIMIT: 'invalid',
  FST_ERR_VALIDATION: 'invalid',
  // PostgreSQL's: text it cannot hold, and values out of their range.
  '22021': 'invalid',
  '22P02': 'invalid',
  '22P05': 'invalid',
  '22003': 'invalid',
  '22007': 'invalid',
  '22008': 'invalid',
  '23514': 'invalid',
  '23505': 'stale',
  '23503': 'not_found',
  '57014': 'busy',
  '53300': 'busy',
}

function refusalOf(error: FastifyError): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (isWorthRetrying(error)) return new Refusal('busy', { retryAfter: 1 })
  const code = OF_CODE[error.code]
  if (code === undefined) return clientError(error)
  const field = error.validation?.[0]
  const path = field?.instancePath.slice(1) || String(field?.params['missingProperty'] ?? '')
  const message = field ? `${path || 'the request'} ${field.message ?? 'does not fit'}` : code
  return new Refusal(code, { message, ...(path && { field: path }) })
}

/** What Fastify itself found wrong with a request, such as JSON that does not parse. */
function clientError(error: FastifyError): Refusal | undefined {
  const status = error.statusCode ?? 500
  if (status >= 500) return undefined
  return new Refusal(
    status === 413 ? 'too_large' : status === 415 ? 'unsupported_media' : 'invalid',
  )
}

/** Answers a refusal with its code; a break is logged once and answered 500 without a word of why. */
export function answerError(
  thrown: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(thrown)
  if (refusal === undefined) {
    request.log.error({ event: 'request.broke', err: thrown })
    const error = {
      code: 'internal',
      message: 'Something broke on our side.',
      requestId: request.id,
    }
    return reply.code(500).send({ error })
  }
  const { retryAfter } = refusal.details
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  return reply.code(refusal.status).send(refusal.body(request.id))
}
