// Every way the server says no. The code is for machines; the web owns the sentence.
export const refusals = {
  invalid: 400,
  weak_password: 400,
  /** Not the code that was sent. */
  wrong_code: 400,
  unauthenticated: 401,
  wrong_credentials: 401,
  forbidden: 403,
  /** Their password within the last ten minutes is asked for first. */
  reauth_needed: 403,
  /** From this address nobody may work here. */
  address_refused: 403,
  /** A temporary or expired password: nothing else until it is changed. */
  password_change_needed: 403,
  wrong_origin: 403,
  not_found: 404,
  stale: 409,
  already_invited: 409,
  already_member: 409,
  name_taken: 409,
  key_taken: 409,
  offer_gone: 409,
  not_assigned: 409,
  /** Assigned to the queue, but not serving it now. */
  not_joined: 409,
  queue_paused: 409,
  lacks_skill: 409,
  not_available: 409,
  chat_closed: 409,
  /** Somebody who sets a chat aside must have read it. */
  visitor_wrote: 409,
  /** A live chat is never parked. */
  never_parked: 409,
  at_limit: 409,
  /** Whoever a chat is handed to must be there to take it. */
  target_away: 409,
  target_finishing: 409,
  /** Somebody else has set one's status; with `until` and `by`. */
  status_held: 409,
  /** Signing out would leave `count` chats behind: to be asked again with what becomes of them. */
  chats_open: 409,
  /** The same, where the organisation does not let anybody. */
  chats_must_end: 409,
  transfer_under_way: 409,
  too_many_transfers: 409,
  transfer_over: 409,
  queue_full: 409,
  /** It is closed: what is left then needs an address to answer to. */
  contact_needed: 409,
  too_many_open_chats: 409,
  already_set_up: 409,
  email_taken: 409,
  login_taken: 409,
  alias_taken: 409,
  last_administrator: 409,
  /** Somebody with more rights than one's own. */
  stronger_person: 403,
  own_rights: 403,
  /** The user is another organisation's too: what is the user's own is theirs alone to change. */
  works_elsewhere: 403,
  /** A built-in role is as it is: clone it. */
  built_in: 403,
  wrong_status: 409,
  /** Somebody of an account above: their access is removed there. */
  inherited: 409,
  in_use: 409,
  overflow_circle: 409,
  overflow_too_long: 409,
  account_circle: 409,
  account_too_deep: 409,
  would_lock_out: 409,
  /** A range of addresses that is hardly one: it must be meant. */
  too_wide: 409,
  undo_over: 409,
  /** The organisation has a run of the simulator already. */
  simulation_under_way: 409,
  simulation_over: 409,
  link_used: 410,
  link_expired: 410,
  code_expired: 410,
  invitation_used: 410,
  invitation_expired: 410,
  invitation_revoked: 410,
  too_large: 413,
  unsupported_media: 415,
  unreadable_photo: 422,
  photo_too_large: 422,
  too_many: 429,
  busy: 503,
} as const

export type RefusalCode = keyof typeof refusals

/** What an HTTP error's body is, and what a socket's acknowledgement carries under `error`. */
export interface RefusalBody {
  error: {
    code: RefusalCode | 'internal'
    message: string
    field?: string
    requestId?: string
    /** For `in_use`: where, how often, and the first names where they may be told. */
    uses?: { what: string; count: number; names: string[] }[]
    /** For `in_use`: by how many; for open chats: how many. */
    count?: number
    /** For `status_held`: until when, and who set it. */
    until?: string
    by?: string | null
    /** Seconds after which it is worth trying again. */
    retryAfter?: number
    /** For `stale`: what stands now, who set it and when. */
    theirs?: { value: unknown; by: string | null; at: string; version: number }
    /** For `stale` of several fields: each that somebody else set meanwhile, by its key. */
    conflicts?: Record<string, { value: unknown; by: string | null; at: string; version: number }>
    /** For `weak_password`: which rules are not met. */
    problems?: string[]
  }
}
