// The one way the server says no. Anything else that is thrown is our fault: logged, answered 500.
import { type RefusalBody, type RefusalCode, refusals } from '#contract/refusals.ts'

type Details = Omit<RefusalBody['error'], 'code' | 'message' | 'requestId'> & { message?: string }

/** A no that the caller is meant to hear. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: Omit<Details, 'message'>

  constructor(code: RefusalCode, { message, ...details }: Details = {}) {
    super(message ?? code)
    this.code = code
    this.details = details
  }

  get status(): number {
    return refusals[this.code]
  }

  body(requestId?: string): RefusalBody {
    const { code, message, details } = this
    return { error: { code, message, ...details, ...(requestId && { requestId }) } }
  }
}

/** The row, or the refusal that it does not exist: what may not be seen is answered alike. */
export function found<T>(row: T | undefined | null): T {
  if (row === undefined || row === null) throw new Refusal('not_found')
  return row
}
