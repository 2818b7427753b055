// All that is there of what a file speaks of, read once for all of its rows.
import { canonicalEmail } from '#contract/email.ts'
import { type Fields, fieldOf } from '#contract/fields.ts'
import type { ImportColumn } from '#contract/import-columns.ts'
import type { HeldRole } from '#contract/people.ts'
import type { Language } from '#contract/shapes.ts'
import { skeleton } from '#contract/text.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { listMailedOut } from '../invites/many-queries.ts'
import { isSameBranch } from '../people/field-targets.ts'
import { listAdministrators } from '../people/lifecycle-queries.ts'
import { type Catalogue, grouped, loadCatalogue, thingOf } from './catalogue.ts'
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
  columns: ReadonlySet<ImportColumn>
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
  const emails = distinct(rows.map(({ cells }) => emailOf(cells.email)?.toLowerCase()))
  const logins = distinct(rows.map(({ cells }) => cells.login))
  const catalogue = await loadCatalogue(db, actor)
  const stands = await listStands(db, organisationId, catalogue, { emails, logins })
  const offered = await standing.listOffered(db, organisationId, emails, now.toISOString())
  const mailedOut = await listMailedOut(db, organisationId, emails, now)
  return {
    ...{ actor, accountId, language, catalogue, columns: new Set(columns) },
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

export function emailOf(cell: string | undefined): string | undefined {
  return cell === undefined ? undefined : canonicalEmail(cell)
}

/** Those who have one of the addresses or logins, in each of their accounts. */
export async function listStands(
  db: Db,
  organisationId: string,
  catalogue: Catalogue,
  of: { emails: readonly string[]; logins: readonly string[] },
): Promise<Stand[]> {
  const members = await standing.listMembers(db, organisationId, of)
  const membershipIds = members.map(({ membershipId }) => membershipId)
  const userIds = [...new Set(members.map(({ userId }) => userId))]
  const kept = grouped(
    await standing.listKept(db, organisationId, { membershipIds, userIds }),
    ({ of: owner }) => [owner],
  )
  const held = grouped(
    await standing.listHeld(db, organisationId, membershipIds),
    ({ membershipId }) => [membershipId],
  )
  return members.map(({ plain, ...member }) => {
    const { membershipId, userId, accountId } = member
    const roles = (held.get(membershipId) ?? []).flatMap((one) => roleOf(catalogue, one))
    const own = [...(kept.get(membershipId) ?? []), ...(kept.get(userId) ?? [])]
    const shown = own.filter((one) => isShown(catalogue, accountId, one.accountId))
    const fields: Fields = {
      ...plain,
      ...Object.fromEntries(shown.map(({ key, value }) => [key, value])),
      ...Object.fromEntries(roles.map(({ key }) => [key, true])),
    }
    return { ...member, fields, roles }
  })
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
export function shownFields(catalogue: Catalogue, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => {
      const field = fieldOf(key)
      if (field === undefined || value === null) return false
      const isPointing = field.kind !== 'plain' || field.name === 'supervisorGroupId'
      return !isPointing || thingOf(catalogue, { field, value }) !== undefined
    }),
  )
}
