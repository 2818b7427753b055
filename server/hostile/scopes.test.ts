// Who may watch which scope, asked over the socket and for the snapshot: the same answer on both,
// and what may not be watched is answered as what does not exist.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { live } from '#contract/live.ts'
import { scope } from '#contract/scopes.ts'
import type { Caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import { openHouse, type Person } from '../testing/house.ts'
import { comeIn, openWorld, type World } from '../testing/worlds.ts'

const house = openHouse()
const KINDS = ['setup', 'people', 'floor', 'queue', 'user', 'chat', 'visit'] as const
type Kind = (typeof KINDS)[number]
/** These have a position of their own and are read at other doors. */
const WITHOUT_SNAPSHOT: readonly Kind[] = ['chat', 'visit']

interface Watcher {
  page: LiveClient
  /** Undefined for a visitor, who has no snapshots. */
  caller?: Caller
}

const OF_MANAGER: readonly Kind[] = ['setup', 'people', 'floor', 'queue', 'chat']
/** What each may watch of the account: its agent's scopes, and the chat that the agent holds. */
const MAY: Record<string, readonly Kind[]> = {
  agent: ['setup', 'queue', 'user', 'chat'],
  'idle agent': ['setup'],
  // Sees that there are chats, and no word of them.
  viewer: ['setup', 'people', 'floor', 'queue'],
  supervisor: ['setup', 'floor', 'queue', 'chat'],
  manager: OF_MANAGER,
  administrator: OF_MANAGER,
  'administrator of a sibling account': [],
  'administrator of another organisation': [],
  visitor: ['chat', 'visit'],
  'another visitor': [],
  'visitor elsewhere': [],
}

let here: World
const watchers = new Map<string, Watcher>()

beforeAll(async () => {
  const { id: organisationId } = await house.organisation()
  const accountId = await house.account(organisationId, 'North')
  here = await openWorld(house, organisationId, accountId)
  const beside = await openWorld(
    house,
    organisationId,
    await house.account(organisationId, 'South'),
  )
  const { id: other } = await house.organisation()
  const elsewhere = await openWorld(house, other, other)
  const sit = async (name: string, person: Person) =>
    watchers.set(name, { page: await person.live(), caller: person })
  for (const role of ['viewer', 'supervisor', 'manager'] as const)
    await sit(role, await house.person({ organisationId, accountId, role }))
  await sit('agent', here.agent)
  await sit('idle agent', here.idler)
  await sit('administrator', here.admin)
  await sit('administrator of a sibling account', beside.admin)
  await sit('administrator of another organisation', elsewhere.admin)
  const come = async (name: string, token: string) =>
    watchers.set(name, { page: await openVisitor(token) })
  await come('visitor', here.visitor.token)
  await come('another visitor', (await comeIn(house, here.siteKey)).token)
  await come('visitor elsewhere', elsewhere.visitor.token)
  return () => {
    for (const { page } of watchers.values()) page.close()
  }
}, 60_000)

function openVisitor(token: string): Promise<LiveClient> {
  const fetchSnapshot = () => Promise.reject(new Error('a visitor has no snapshots'))
  return openLiveClient({ url: house.url, namespace: '/visitor', token, fetchSnapshot })
}

function scopeOf(kind: Kind): string {
  const { account, queue, chat } = here.ids
  const ids = { setup: account, people: account, floor: account, queue, chat, visit: chat }
  return kind === 'user' ? scope.user(here.agent.userId) : scope[kind](ids[kind])
}

const watch = ({ page }: Watcher, s: string) => page.socket.emitWithAck('watch', { s, since: -1 })

const watcher = (name: string): Watcher => {
  const found = watchers.get(name)
  if (!found) throw new Error(`nobody is ${name}`)
  return found
}

const cells = Object.entries(MAY).flatMap(([name, may]) =>
  KINDS.map((kind) => [name, kind, may.includes(kind)] as const),
)

describe('a scope', () => {
  test.each(cells)('%s watches the %s: %s', async (name, kind, isAllowed) => {
    const who = watcher(name)
    const answer = await watch(who, scopeOf(kind))
    expect(answer.ok).toBe(isAllowed)
    if (!isAllowed) expect(answer).toEqual(await watch(who, `${kind}:${randomUUID()}`))
    if (!who.caller) return
    const ask = (wanted: string) => who.caller?.try(live.snapshot, { params: { scope: wanted } })
    const snapshot = await ask(scopeOf(kind))
    expect(snapshot?.status).toBe(isAllowed && !WITHOUT_SNAPSHOT.includes(kind) ? 200 : 404)
  })

  test('of the account above is not opened by a grant below', async () => {
    const above = here.ids.organisation
    for (const of of ['setup', 'people', 'floor'] as const) {
      expect((await watch(watcher('administrator'), scope[of](above))).ok).toBe(false)
      const params = { scope: scope[of](above) }
      expect((await here.admin.try(live.snapshot, { params })).status).toBe(404)
    }
  })

  test('is not named to somebody who may not watch it', () => {
    for (const [name, may] of Object.entries(MAY)) {
      const told = watcher(name).page.scopes
      for (const kind of KINDS.filter((one) => !may.includes(one)))
        expect(told, `${kind} to ${name}`).not.toContain(scopeOf(kind))
    }
  })
})
