// What tests of transfers begin with on a floor: somebody to hand a chat to, and the wish to do so.
import { randomUUID } from 'node:crypto'
import { presence } from '#contract/presence.ts'
import { routing } from '#contract/routing.ts'
import type { NewTransfer } from '#contract/transfers.ts'
import type { Caller } from '../client/http.ts'
import { type Floor, until } from './floor.ts'
import type { House, Person } from './house.ts'

export const to = (kind: NewTransfer['to']['kind'], id: string, note?: string): NewTransfer => {
  return { id: randomUUID(), to: { kind, id }, ...(note !== undefined && { note }) }
}

/** An operator who is there and serves no queue. */
export async function aside(
  house: House,
  { organisationId }: Floor,
  firstName: string,
): Promise<Person> {
  const person = await house.person({ organisationId, role: 'agent', firstName })
  await person.live()
  await person.call(presence.choose, { body: { availability: 'available' } })
  return person
}

/** The first chat that is put to somebody, once it is. */
export const offerTo = (person: Caller) =>
  until(async () => (await person.call(routing.mine)).find(({ offer }) => offer !== null)?.offer)
