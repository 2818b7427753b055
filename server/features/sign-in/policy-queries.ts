// What a user's password must be.
import { sql } from 'kysely'
import { Check } from 'typebox/value'
import { DEFAULT_POLICY, PasswordPolicy, strictestPolicy } from '#contract/password.ts'
import type { Db } from '../../platform/database.ts'

/** What all accounts that the user works in ask for together; each as the nearest one says that says it. */
export async function policyOfUser(db: Db, userId: string): Promise<PasswordPolicy> {
  const { rows } = await sql<{ policy: unknown }>`
    select distinct (
             select a.password_policy
               from unnest(account_path(m.organisation_id, m.account_id)) with ordinality as above (id, at)
               join accounts a on a.organisation_id = m.organisation_id and a.id = above.id
              where a.password_policy is not null
              order by above.at limit 1) as policy
      from open_memberships m where m.user_id = ${userId}`.execute(db)
  return strictestPolicy(
    rows.map(({ policy }) => (Check(PasswordPolicy, policy) ? policy : DEFAULT_POLICY)),
  )
}
