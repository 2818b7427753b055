// From which network addresses people may work: lists of an account, which bind everybody at it and
// below it, and of one person. Whoever works here must be in every list that is not empty: those of
// the accounts from the top down to each of theirs, and their own. None takes another's place.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, orNull, Strict } from './shapes.ts'

export const RANGES_MAX = 200
export const RANGE_NOTE_MAX = 100

export const AddressRange = Strict({
  /** An address, or a range such as 10.0.0.0/8 with nothing set after the prefix; IPv4 or IPv6. */
  range: Type.String({ minLength: 1, maxLength: 64 }),
  note: orNull(Type.String({ minLength: 1, maxLength: RANGE_NOTE_MAX })),
})
export type AddressRange = Static<typeof AddressRange>

export const AddressList = Type.Object({
  /** None: everybody may work from anywhere, as far as this list goes. */
  ranges: Type.Array(AddressRange),
  /** Lists that hold as well, from the top down; without a name those of accounts that one may not see. */
  also: Type.Array(Type.Object({ name: orNull(Type.String()), ranges: Type.Integer() })),
  /** Whoever asks: where they are now, whether this list lets them in, and whether it binds them. */
  you: Type.Object({
    address: Type.String(),
    isAllowed: Type.Boolean(),
    isBound: Type.Boolean(),
  }),
  /** 0: it was never changed. */
  version: Type.Integer(),
})
export type AddressList = Static<typeof AddressList>

export const NewAddressList = Strict({
  ranges: Type.Array(AddressRange, { maxItems: RANGES_MAX }),
  /** The version that was seen. */
  version: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
  /** Saves it although it shuts out whoever saves it. */
  confirm: Type.Optional(Type.Boolean()),
  /** Saves it although a range is as wide as a part of the internet: below /8, or /32 of IPv6. */
  confirmWide: Type.Optional(Type.Boolean()),
})
export type NewAddressList = Static<typeof NewAddressList>

export const addresses = {
  ofAccount: endpoint(
    'GET',
    '/api/accounts/:id/addresses',
    'accounts.manage',
    'From which network addresses the people of an account may work',
    { params: ById, reply: AddressList },
  ),
  setOfAccount: endpoint(
    'PUT',
    '/api/accounts/:id/addresses',
    'accounts.manage',
    'Say from where the people of an account may work, once one’s own password was entered just now; `would_lock_out`, `too_wide`',
    { params: ById, body: NewAddressList, reply: AddressList },
  ),
  ofPerson: endpoint(
    'GET',
    '/api/people/:id/addresses',
    'users.manage',
    'From which network addresses a person may work in this organisation',
    { params: ById, reply: AddressList },
  ),
  setOfPerson: endpoint(
    'PUT',
    '/api/people/:id/addresses',
    'users.manage',
    'Say from where a person may work, once one’s own password was entered just now; `would_lock_out`, `too_wide`',
    { params: ById, body: NewAddressList, reply: AddressList },
  ),
}
