// The shape of a catalogue, worked out from English: what is missing elsewhere does not compile.

import type accounts from './en/accounts.ts'
import type adding from './en/adding.ts'
import type addresses from './en/addresses.ts'
import type audit from './en/audit.ts'
import type contact from './en/contact.ts'
import type desk from './en/desk.ts'
import type editing from './en/editing.ts'
import type help from './en/help.ts'
import type history from './en/history.ts'
import type hours from './en/hours.ts'
import type imports from './en/imports.ts'
import type joining from './en/joining.ts'
import type me from './en/me.ts'
import type parking from './en/parking.ts'
import type people from './en/people.ts'
import type policy from './en/policy.ts'
import type proof from './en/proof.ts'
import type record from './en/record.ts'
import type refusals from './en/refusals.ts'
import type roles from './en/roles.ts'
import type security from './en/security.ts'
import type setup from './en/setup.ts'
import type shell from './en/shell.ts'
import type signin from './en/signin.ts'
import type simulator from './en/simulator.ts'
import type statuses from './en/statuses.ts'
import type transfers from './en/transfers.ts'
import type wall from './en/wall.ts'
import type why from './en/why.ts'
import type { Plural } from './message.ts'

/** What a locale must hold for an English area, given the plural categories its language has. */
export type Translation<English, Category extends Intl.LDMLPluralRule> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural<Category>
}

export interface Areas {
  shell: typeof shell
  signin: typeof signin
  joining: typeof joining
  desk: typeof desk
  wall: typeof wall
  statuses: typeof statuses
  why: typeof why
  history: typeof history
  editing: typeof editing
  people: typeof people
  record: typeof record
  adding: typeof adding
  imports: typeof imports
  security: typeof security
  accounts: typeof accounts
  roles: typeof roles
  help: typeof help
  setup: typeof setup
  audit: typeof audit
  policy: typeof policy
  refusals: typeof refusals
  me: typeof me
  contact: typeof contact
  addresses: typeof addresses
  proof: typeof proof
  transfers: typeof transfers
  parking: typeof parking
  hours: typeof hours
  simulator: typeof simulator
}
export type Area = keyof Areas

/** Every message there is: `area.key`. */
export type Key = { [A in Area]: `${A}.${keyof Areas[A] & string}` }[Area]

type MessageOf<K extends Key> = K extends `${infer A extends Area}.${infer Rest}`
  ? Rest extends keyof Areas[A]
    ? Areas[A][Rest]
    : never
  : never

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

type NamesOf<M> = M extends string
  ? NamesIn<M>
  : M extends Plural
    ? 'n' | NamesIn<M[keyof M]>
    : never

/** What a message wants filled in: `{n}` is a count, any other name a text or a number. */
export type Values<K extends Key> = {
  readonly [Name in NamesOf<MessageOf<K>>]: Name extends 'n' ? number : string | number
}

/** The arguments after the key: none where the message has no `{name}`. */
export type Arguments<K extends Key> = keyof Values<K> extends never ? [] : [Values<K>]
