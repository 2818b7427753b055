// Lists of addresses that somebody sets, and addresses to come from.
import { type AddressList, addresses as api } from '#contract/addresses.ts'
import type { Person } from './house.ts'

export const OFFICE = '192.0.2.7'
export const AWAY = '198.51.100.20'

export const entries = (...ranges: string[]) => ranges.map((range) => ({ range, note: null }))

/** Whoever works in the account or below does so from these addresses alone. */
export async function restrict(
  by: Person,
  accountId: string,
  ...ranges: string[]
): Promise<AddressList> {
  const params = { id: accountId }
  const { version } = await by.call(api.ofAccount, { params })
  return by.call(api.setOfAccount, {
    params,
    body: { ranges: entries(...ranges), version, confirm: true },
  })
}

/** The person works from these addresses alone. */
export async function restrictPerson(
  by: Person,
  id: string,
  ...ranges: string[]
): Promise<AddressList> {
  const params = { id }
  const { version } = await by.call(api.ofPerson, { params })
  return by.call(api.setOfPerson, { params, body: { ranges: entries(...ranges), version } })
}
