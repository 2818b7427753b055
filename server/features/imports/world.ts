// All that is there of what a file speaks of, read once for all of its rows.
import { canonicalEmail } from '#contract/email.ts'
import type { Fields } from '#contract/fields.ts'
import type { ImportColumn } from '#contract/import-columns.ts'
import type { HeldRole } from '#contract/people.ts'
import type { Language } from '#contract/shapes.ts'
import { skeleton } from '#contract/text.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { listMailedOut } from '../invites/many-queries.ts'
import { isSameBranch } from '../people/field-targets.ts'
import { listAdministrators } from '../people/lifecycle-queries.ts'
import { type Catalogue, grouped, loadCatalogue } from './catalogue.ts'
import * as standing from './standing-queries.ts'
import type { Asked } from './table.ts'

/** A person as they stand: everything a file can set, and what they may. */
export interface Stand extends Omit<standing.Member, 'plain'> {
  fields: Fields
  roles: HeldRole[]
}

export interface World {
  actor: Actor
  /** Where those stand of whom the file does not say it. */
  accountId: string
  language: Language
  /** The addresses in the file as they are stored; undefined for what is none. */
  addresses: ReadonlyMap<string | undefined, string | undefined>
  catalogue: Catalogue
  /** By the address, in small letters. */
  members: ReadonlyMap<string, readonly Stand[]>
  logins: ReadonlyMap<string, readonly Stand[]>
  byUser: ReadonlyMap<string, readonly Stand[]>
  offered: ReadonlyMap<string, readonly standing.Offered[]>
  /** Whose each nickname is, by account and what it looks like. */
  aliases: Map<string, string>
  /** Addresses that have had their mails of today. */
  mailedOut: ReadonlySet<string>
  administrators: ReadonlySet<string>
}

export interface Wanted {
  accountId: string
  language: Language
  columns: readonly ImportColumn[]
}

export async function loadWorld(
  { db, actor, now }: { db: Db; actor: Actor; now: Date },
  { accountId, language, columns }: Wanted,
  rows: readonly Asked[],
): Promise<World> {
  const { organisationId } = actor
  const addresses = new Map(rows.map(({ cells }) => [cells.email, emailOf(cells.email)]))
  const emails = distinct([...addresses.values()].map((email) => email?.toLowerCase()))
  const logins = distinct(rows.map(({ cells }) => cells.login))
  const catalogue = await loadCatalogue(db, actor)
  const stands = await listStands(db, organisationId, catalogue, { emails, logins, columns })
  const offered = await standing.listOffered(db, organisationId, emails, now.toISOString())
  const mailedOut = await listMailedOut(db, organisationId, emails, now)
  return {
    ...{ actor, accountId, language, catalogue, addresses },
    members: grouped(stands, ({ email }) => [email.toLowerCase()]),
    logins: grouped(stands, ({ login }) => [login]),
    byUser: grouped(stands, ({ userId }) => [userId]),
    offered: grouped(offered, ({ email }) => [email.toLowerCase()]),
    aliases: columns.includes('alias')
      ? await takenAliases(db, organisationId, catalogue)
      : new Map(),
    mailedOut: new Set(mailedOut),
    administrators: new Set(await listAdministrators(db, organisationId)),
  }
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ''))].map(String)
}

function emailOf(cell: string | undefined): string | undefined {
  return cell === undefined ? undefined : canonicalEmail(cell)
}

/** Those who have one of the addresses or logins, in each of their accounts. */
export async function listStands(
  db: Db,
  organisationId: string,
  catalogue: Catalogue,
  of: { emails: readonly string[]; logins: readonly string[]; columns: readonly ImportColumn[] },
): Promise<Stand[]> {
  const members = await standing.listMembers(db, organisationId, of)
  const membershipIds = members.map(({ membershipId }) => membershipId)
  const userIds = [...new Set(members.map(({ userId }) => userId))]
  const kept = grouped(
    await standing.listKept(db, organisationId, {
      membershipIds,
      userIds,
      ...familiesOf(of.columns),
    }),
    ({ of: owner }) => [owner],
  )
  const held = grouped(
    await standing.listHeld(db, organisationId, membershipIds),
    ({ membershipId }) => [membershipId],
  )
  return members.map(({ plain, ...member }) => {
    const { membershipId, userId, accountId } = member
    const roles = (held.get(membershipId) ?? []).flatMap((one) => roleOf(catalogue, one))
    const fields = { ...plain }
    putShown(fields, kept.get(membershipId))
    putShown(fields, kept.get(userId), (one) => isShown(catalogue, accountId, one.accountId))
    for (const { key } of roles) fields[key] = true
    return { ...member, fields, roles }
  })
}

function familiesOf(columns: readonly ImportColumn[]) {
  return {
    hasQueues: columns.includes('queues'),
    hasSkills: columns.includes('skills'),
    hasShift: columns.includes('shift'),
    hasLimits: (['live', 'deferred', 'units'] as const).some((one) => columns.includes(one)),
  }
}

function putShown(
  fields: Fields,
  kept: readonly standing.Kept[] = [],
  isOfBranch: (one: standing.Kept) => boolean = () => true,
): void {
  for (const one of kept) if (isOfBranch(one)) fields[one.key] = one.value
}

function isShown({ paths }: Catalogue, accountId: string, at: string | null): boolean {
  return at === null || isSameBranch(paths, accountId, at)
}

function roleOf({ roles }: Catalogue, held: standing.Held): HeldRole[] {
  const role = roles.get(held.roleId)
  if (role === undefined) return []
  const { kind, at, departmentId, accountId, roleId } = held
  const named = { roleKey: role.key, roleName: role.name, permissions: [...role.permissions] }
  return [{ key: standing.keyOfHeld(held), roleId, ...named, kind, at, departmentId, accountId }]
}

export function aliasKey(accountId: string, alias: string): string {
  return `${accountId} ${skeleton(alias)}`
}

async function takenAliases(db: Db, organisationId: string, { accounts }: Catalogue) {
  const unique = [...accounts.values()].filter(({ uniqueAliases }) => uniqueAliases)
  const taken = await standing.listAliases(
    db,
    organisationId,
    unique.map(({ id }) => id),
  )
  return new Map(
    taken.map(({ accountId, alias, membershipId }) => [aliasKey(accountId, alias), membershipId]),
  )
}

/** The fields that the actor sees: what others set elsewhere is neither shown nor taken away. */
export function shownFields({ shows }: Catalogue, fields: Fields): Fields {
  const shown: Fields = {}
  for (const [key, value] of Object.entries(fields))
    if (value !== null && shows(key, value)) shown[key] = value
  return shown
}
