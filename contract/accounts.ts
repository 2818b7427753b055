// The account tree: organisation > group > location.
import { type Static, Type } from 'typebox'
import { changesOf, NamedUser, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { Mark } from './fields.ts'
import { ById, Colour, Email, Id, Language, Limit, Name, orNull, Strict } from './shapes.ts'

const Kind = Type.Union([
  Type.Literal('organisation'),
  Type.Literal('group'),
  Type.Literal('location'),
])
export type AccountKind = Static<typeof Kind>

export const OnboardingMode = Type.Union([
  Type.Literal('choose'),
  Type.Literal('assigned'),
  Type.Literal('created'),
])
export type OnboardingMode = Static<typeof OnboardingMode>

export const Account = Type.Object({
  id: Id,
  parentId: orNull(Id),
  kind: Kind,
  name: Type.String(),
  isActive: Type.Boolean(),
  language: Language,
  timeZone: Type.String(),
  colour: Colour,
  /** How a newcomer gets a password, how long an invitation holds, and whether a gender is asked for. */
  onboardingMode: OnboardingMode,
  invitationHours: Type.Integer(),
  requiresGender: Type.Boolean(),
  /** The limits of whoever becomes an operator here and is given none of their own. */
  liveLimit: Limit,
  /** The account that sets it: this one, or the nearest above that does. */
  liveLimitFrom: Id,
  deferredLimit: Limit,
  deferredLimitFrom: Id,
  version: Type.Integer(),
  /** Of the fields that `change` sets, and of `parentId`, which `move` sets. */
  versions: Versions,
})
export type Account = Static<typeof Account>

/** What is set of an account, each field with a version of its own. */
const SETTINGS = {
  name: Name,
  language: Language,
  /** A zone of the IANA database, such as Europe/Amsterdam. */
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  colour: Colour,
  /** How a newcomer gets a password. */
  onboardingMode: OnboardingMode,
  /** How long an invitation holds. */
  invitationHours: Type.Integer({ minimum: 1, maximum: 720 }),
  requiresGender: Type.Boolean(),
  /** Whether two people of the account may have the same nickname. */
  uniqueAliases: Type.Boolean(),
  /** Null: as the account above; never null at the organisation. */
  liveLimit: orNull(Limit),
  deferredLimit: orNull(Limit),
  /** Where an account is closed, whoever works in it or below has no access. */
  isActive: Type.Boolean(),
}

export const AccountSettings = Type.Object({
  id: Id,
  fields: Type.Object(SETTINGS),
  /** For fields that were changed at least once. */
  marks: Type.Record(Type.String(), Mark),
  version: Type.Integer(),
})
export type AccountSettings = Static<typeof AccountSettings>

export const AccountChanges = changesOf(SETTINGS)
export type AccountChanges = Static<typeof AccountChanges>

export const NewAccount = Strict({
  parentId: Id,
  /** A location has nothing below it. */
  kind: Type.Union([Type.Literal('group'), Type.Literal('location')]),
  name: Name,
  /** As the account above when not named; the time zone and the colour come from there too. */
  language: Type.Optional(Language),
  /** Open from the start unless false. */
  isActive: Type.Optional(Type.Boolean()),
})
export type NewAccount = Static<typeof NewAccount>

/** What closing an account takes away. */
export const AccountUse = Type.Object({
  /** Accounts below it. */
  accounts: Type.Integer(),
  /** Who would no longer get in here or below, with nothing left elsewhere, by name. */
  shutOut: Type.Array(NamedUser),
  /** Members of it and of what is below it. */
  people: Type.Integer(),
  openChats: Type.Integer(),
})
export type AccountUse = Static<typeof AccountUse>

/** What somebody gains or loses at an account that moves: per role, what of it. */
const AccessChange = Type.Object({
  userId: Id,
  name: Type.String(),
  /** All that they gain or lose, whatever role it comes from. */
  permissions: Type.Array(Type.String()),
  roles: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      /** The account that the role is held at. */
      at: Id,
      permissions: Type.Array(Type.String()),
    }),
  ),
})
export type AccessChange = Static<typeof AccessChange>

export const MovePreview = Type.Object({
  /** The account and all below it. */
  accounts: Type.Integer(),
  gains: Type.Array(AccessChange),
  loses: Type.Array(AccessChange),
  /** Whose shift is a calendar of an account that will no longer be above them: they will have none. */
  shifts: Type.Array(Type.Object({ userId: Id, name: Type.String(), shift: Type.String() })),
})
export type MovePreview = Static<typeof MovePreview>

/** The first organisation and its administrator, made with the one-time token of the first start. */
export const NewOrganisation = Strict({
  token: Type.String({ minLength: 20, maxLength: 100 }),
  organisation: Name,
  firstName: Name,
  lastName: Name,
  email: Email,
  password: Type.String({ minLength: 1, maxLength: 128 }),
  language: Language,
})
export type NewOrganisation = Static<typeof NewOrganisation>

export const accounts = {
  list: endpoint('GET', '/api/accounts', 'session', 'The accounts that I may see', {
    reply: Type.Array(Account),
  }),
  create: endpoint('POST', '/api/accounts', 'accounts.manage', 'Make an account below another', {
    body: NewAccount,
    reply: Account,
  }),
  settings: endpoint(
    'GET',
    '/api/accounts/:id/settings',
    'accounts.manage',
    'Everything set of an account, and by whom',
    { params: ById, reply: AccountSettings },
  ),
  change: endpoint(
    'PATCH',
    '/api/accounts/:id',
    'accounts.manage',
    'Set fields of an account; `stale` with what stands now when somebody else set one meanwhile',
    { params: ById, body: AccountChanges, reply: AccountSettings },
  ),
  use: endpoint(
    'GET',
    '/api/accounts/:id/use',
    'accounts.manage',
    'Who would lose access if the account were closed',
    { params: ById, reply: AccountUse },
  ),
  previewMove: endpoint(
    'POST',
    '/api/accounts/:id/move/preview',
    'accounts.manage',
    'Who would gain and who would lose access; changes nothing',
    { params: ById, body: Strict({ parentId: Id }), reply: MovePreview },
  ),
  move: endpoint(
    'POST',
    '/api/accounts/:id/move',
    'accounts.manage',
    'Put an account below another one; `version` is that of `parentId` among `versions`',
    {
      params: ById,
      body: Strict({ parentId: Id, version: Type.Integer({ minimum: 0 }) }),
      reply: Account,
    },
  ),
  isSetUp: endpoint('GET', '/api/set-up', 'nothing', 'Whether the first organisation exists', {
    reply: Type.Object({ isSetUp: Type.Boolean() }),
  }),
  setUp: endpoint(
    'POST',
    '/api/set-up',
    'nothing',
    'Make the first organisation and its administrator',
    {
      body: NewOrganisation,
      reply: Strict({}),
    },
  ),
}
