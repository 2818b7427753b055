// What a row of the matrix is, and how rows are written.
import { randomUUID } from 'node:crypto'
import type { Ids } from '../testing/worlds.ts'

export type Name =
  | 'anonymous'
  | 'signed out'
  | 'visitor'
  | 'another visitor'
  | 'visitor elsewhere'
  | 'viewer'
  | 'agent'
  | 'idle agent'
  | 'supervisor'
  | 'manager'
  | 'administrator'
  | 'owner'
  | 'administrator of a sibling account'
  | 'administrator of another organisation'
  | 'leaver'
  | 'joiner'

/** What is no object's id. */
export interface Known {
  login: string
  siteKey: string
  /** The links of two invitations: for a newcomer, and for the joiner. */
  newcomerToken: string
  joinerToken: string
}

/** How a door is rightly asked, and by whom; the ids that it takes are what strangers try. */
export interface Row {
  by: Name
  ask?: (ids: Ids, known: Known) => unknown
  /** What the right one hears; 200 unless said otherwise. */
  answers?: number
}

type Ask = NonNullable<Row['ask']>

/** Asked with a body. */
export const body =
  (of: object | ((ids: Ids, known: Known) => object)): Ask =>
  (ids, known) => ({ body: typeof of === 'function' ? of(ids, known) : of })

/** Asked of one object. */
export const byId =
  (key: keyof Ids): Ask =>
  (ids) => ({ params: { id: ids[key] } })

/** Asked of one object, with a body. */
export const to =
  (key: keyof Ids, of: object | ((ids: Ids) => object)): Ask =>
  (ids) => ({ params: { id: ids[key] }, body: typeof of === 'function' ? of(ids) : of })

/** A change of some fields of one object, whoever changed them before. */
export const change = (key: keyof Ids, set: object): Ask => to(key, { set, base: {} })

/** What somebody writes in a chat. */
export const says = () => ({ clientId: randomUUID(), body: 'Good morning' })
