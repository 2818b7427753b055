// Lists taken away by whoever runs the server, when nobody is let in any more who could do it.
import { sql } from 'kysely'
import type { Database, Db } from '../../platform/database.ts'

/** That of an account, those of a person, or, when neither is named, every one. */
export interface Which {
  accountId?: string
  /** The login or the e-mail. */
  login?: string
}

interface Cleared {
  organisationId: string
  accountId: string | null
  userId: string | null
  ranges: { range: string; note: string | null }[]
}

/** Takes the lists away; the audit of each organisation says so. Answers how many there were. */
export function clearLists({ db }: Database, which: Which, now: Date): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const lists = await take(tx, which)
    for (const list of lists) await keep(tx, list, now.toISOString())
    return lists.length
  })
}

async function take(db: Db, which: Which): Promise<Cleared[]> {
  const [accountId, login] = [which.accountId ?? null, which.login ?? null]
  const { rows } = await sql<Cleared>`
    with gone as (
      delete from ip_ranges
       where (${accountId}::uuid is null or account_id = ${accountId}::uuid)
         and (${login}::text is null or user_id in (
               select id from users where login = ${login} or lower(email) = lower(${login})))
      returning organisation_id, account_id, user_id, range, note)
    select organisation_id, account_id, user_id,
           jsonb_agg(jsonb_build_object('range', range, 'note', note) order by range) as ranges
      from gone group by organisation_id, account_id, user_id
     order by organisation_id, account_id, user_id`.execute(db)
  return rows
}

async function keep(db: Db, list: Cleared, now: string): Promise<void> {
  const { organisationId, accountId, userId, ranges } = list
  // As when it is set: the list of a person carries its version in each of their memberships.
  await sql`
    select mark_fields(entity, array['addresses'], null, ${now})
      from (select ${accountId}::uuid as entity where ${accountId}::uuid is not null
            union all
            select id from memberships where organisation_id = ${organisationId} and user_id = ${userId}::uuid) e`.execute(
    db,
  )
  await sql`
    select append_audit(${organisationId}, null, 'addresses.clear',
      ${accountId === null ? 'user' : 'account'}, ${accountId ?? userId},
      ${JSON.stringify({ addresses: ranges })}::jsonb, '{"addresses": []}'::jsonb, '', 'addresses:clear')`.execute(
    db,
  )
}
