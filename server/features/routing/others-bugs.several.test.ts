// Bugs that other systems have had, each in the shape in which it was met there, against our engine.
// The name says whose it was and by which number it is known.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { type Db, openDatabase } from '../../platform/database.ts'
import { openBusyQueue, times } from '../../testing/busy-queue.ts'
import { ask, seedOperator, seedQueue } from '../../testing/routing-seed.ts'
import * as presence from '../presence/queries.ts'
import { reconcile, run, sweep } from './actions.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'
import { takeChat } from './ring-queries.ts'

const queue = openBusyQueue()
const at = () => ({ organisationId: queue.place.organisationId })

afterEach(async () => {
  await sweep(queue.db)
  expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
})

interface Standing {
  chatId: string
  state: string
  operatorId: string | null
  offerId: string | null
}

async function chat(chatId: string): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select chat_id, state, operator_id, assignment_id as offer_id from routed_chats
     where chat_id = ${chatId}`.execute(queue.db)
  const [found] = rows
  if (found === undefined) throw new Error('there is such a chat')
  return found
}

async function begin(queueId = queue.queueId, db: Db = queue.db): Promise<string> {
  const chatId = randomUUID()
  await ask(db, queue.place, queueId, chatId)
  return chatId
}

/** The answer to the offer that stands. */
async function answer(chatId: string): Promise<routing.OfferAnswer> {
  const { offerId, operatorId } = await chat(chatId)
  return { ...at(), offerId: offerId ?? '', userId: operatorId ?? '' }
}

const accept = (it: routing.OfferAnswer) => run(queue.db, (one) => routing.acceptOffer(one, it))
const close = (chatId: string, holderId: string) =>
  run(queue.db, (one) => routing.closeChat(one, { ...at(), chatId, holderId, because: 'operator' }))
const declare = (userId: string, availability: 'available' | 'away') =>
  run(queue.db, (one) =>
    routing.setAvailability(one, { ...at(), userId, availability, actorId: userId }),
  )

/** Operators whom a queue calls all together: assigned to it without taking part. */
async function outside(count: number, live: number): Promise<{ users: string[]; queueId: string }> {
  const { organisationId } = at()
  const queueId = await seedQueue(queue.db, organisationId, randomUUID(), {})
  const users = Array.from({ length: count }, () => randomUUID())
  for (const userId of users)
    await seedOperator(queue.db, queue.place, userId, { live, queueIds: [queueId] })
  await sql`update queue_members set participates = false where queue_id = ${queueId}`.execute(
    queue.db,
  )
  await retell(users, queueId)
  return { users, queueId }
}

/** What was changed by hand is told, as an editor would have. */
async function retell(users: readonly string[], queueId: string): Promise<void> {
  for (const userId of users)
    await sql`select append_events(${at().organisationId}, null,
      jsonb_build_array(queue_member_event(${at().organisationId}, ${queueId}, ${userId})))`.execute(
      queue.db,
    )
}

const take = (chatId: string, userId: string) =>
  run(queue.db, (one) => takeChat(one, { ...at(), chatId, userId }))

test('Rocket.Chat #37776: three servers, a limit of three, and never a fourth chat', async () => {
  const [anna = ''] = await queue.operators(1, 3)
  const url = queue.pool.options.connectionString ?? ''
  const servers = [1, 2, 3].map((n) => openDatabase(url, { max: 4, name: `server-${n}` }))
  await Promise.all(
    servers.flatMap(({ db }) => [
      ...Array.from({ length: 8 }, () => begin(queue.queueId, db)),
      reconcile(db),
      run(db, (one) => routing.matchOperator(one, at().organisationId, anna)),
    ]),
  )
  expect(await queue.states()).toEqual({ offered: 3, waiting: 21 })
  await Promise.all(servers.map((server) => server.close()))
})

test('Rocket.Chat #22206: two take one chat at the same moment, and one has it', async () => {
  const { users, queueId } = await outside(2, 3)
  for (let round = 0; round < 10; round++) {
    const chatId = await begin(queueId)
    const outcomes = await Promise.all(users.map((userId) => take(chatId, userId)))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['gone', 'taken'])
    await close(chatId, (await chat(chatId)).operatorId ?? '')
  }
})

test('Rocket.Chat #36749: who comes late to a chat that went on is told so, and changes nothing', async () => {
  const [anna = ''] = await queue.operators(1, 1)
  const chatId = await begin()
  const late = await answer(chatId)
  await declare(anna, 'away')
  const [bert] = await queue.operators(1, 1)
  await accept(await answer(chatId))
  expect(await accept(late)).toMatchObject({ status: 'gone', seq: null })
  expect(await chat(chatId)).toMatchObject({ state: 'active', operatorId: bert })
})

test('Chatwoot #10583: a slot that becomes free takes the chat that has waited the longest, at once', async () => {
  const [anna = ''] = await queue.operators(1, 1)
  const held = await begin()
  const waiting = [await begin(), await begin(), await begin()]
  await accept(await answer(held))
  let last = held
  for (const next of waiting) {
    await close(last, anna)
    expect((await chat(next)).operatorId).toBe(anna)
    await accept(await answer(next))
    last = next
  }
})

test('Chatwoot #15524: who leaves the queue while a chat is being put to them is not given it', async () => {
  for (let round = 0; round < 15; round++) {
    const [anna = ''] = await queue.operators(1, 1)
    const it = { ...at(), queueId: queue.queueId, userId: anna }
    const chatId = randomUUID()
    await Promise.all([
      ask(queue.db, queue.place, queue.queueId, chatId),
      run(queue.db, (one) => routing.unassignQueueMember(one, it)),
    ])
    expect(await chat(chatId), `round ${round}`).toMatchObject({
      state: 'waiting',
      operatorId: null,
    })
    await run(queue.db, (one) => routing.abandonChat(one, { ...at(), chatId }))
  }
})

test('Chatwoot #15275, LibreDesk #385: what somebody takes by hand is not given to another by the rules', async () => {
  const { users, queueId } = await outside(1, 20)
  const [hand = ''] = users
  const rules = randomUUID()
  await seedOperator(queue.db, queue.place, rules, { live: 20, queueIds: [queueId] })
  for (let round = 0; round < 15; round++) {
    await declare(rules, 'away')
    const chatId = await begin(queueId)
    const [taken] = await Promise.all([take(chatId, hand), declare(rules, 'available')])
    const { operatorId, state } = await chat(chatId)
    expect(operatorId, `round ${round}`).toBe(taken.status === 'taken' ? hand : rules)
    expect(state).toBe(taken.status === 'taken' ? 'active' : 'offered')
    await run(queue.db, (one) => routing.abandonChat(one, { ...at(), chatId }))
  }
})

/** So many operators with one slot each, connected and away, made in one go. */
async function seatAway(count: number): Promise<void> {
  const { organisationId, nodeId, epoch } = queue.place
  const put = (text: ReturnType<typeof sql>) => text.execute(queue.db)
  await put(sql`insert into users (login, email, first_name, last_name)
    select n, n || '@example.org', 'User', n from generate_series(1, ${sql.lit(count)}) n`)
  await put(sql`insert into memberships (organisation_id, account_id, user_id)
    select ${organisationId}::uuid, ${organisationId}::uuid, id from users`)
  await put(sql`select register_operator(${organisationId}, id, 1, 1) from users`)
  await put(sql`insert into queue_members (organisation_id, queue_id, user_id, opted_in, joined_at)
    select ${organisationId}::uuid, ${queue.queueId}::uuid, id, true, now() from users`)
  await put(sql`insert into connections (id, organisation_id, user_id, node_id, node_epoch, connected_at)
    select gen_random_uuid(), ${organisationId}::uuid, id, ${nodeId}::uuid, ${epoch}::int, now() from users`)
  await put(sql`update operators set availability = 'away', is_present = true`)
  await put(sql`select append_events(${organisationId}, null,
    jsonb_build_array(queue_member_event(${organisationId}, queue_id, user_id))) from queue_members`)
}

test('Chatwoot #14495: more chats than one look takes are all given within the next looks', async () => {
  await seatAway(120)
  await times(130, () => begin())
  expect(await queue.states()).toEqual({ waiting: 130 })
  // As after a crash between a commit and what should have followed it, for all of them.
  await sql`update operators set availability = 'available'`.execute(queue.db)
  await sql`select tell_operator(${at().organisationId}, user_id, null) from operators`.execute(
    queue.db,
  )
  await reconcile(queue.db)
  expect((await queue.states())['offered']).toBe(100)
  await reconcile(queue.db)
  expect(await queue.states()).toEqual({ offered: 120, waiting: 10 })
})

test('Live Helper Chat #1260: who signs in is given the chats in the order in which they came', async () => {
  const [anna = ''] = await queue.operators(1, 2)
  await declare(anna, 'away')
  const chats = [await begin(), await begin(), await begin()]
  await declare(anna, 'available')
  const states = await Promise.all(chats.map(chat))
  expect(states.map(({ operatorId }) => operatorId)).toEqual([anna, anna, null])
  const { rows } = await sql<{ chatId: string }>`
    select entity_id as chat_id from event_log
     where kind = 'chat' and row ->> 'state' = 'offered' order by seq`.execute(queue.db)
  expect(rows.map(({ chatId }) => chatId)).toEqual(chats.slice(0, 2))
})

test('Live Helper Chat #1337: a chat that is taken by hand counts, and the limit holds for it too', async () => {
  const { users, queueId } = await outside(1, 2)
  const [anna = ''] = users
  const chats = [await begin(queueId), await begin(queueId), await begin(queueId)]
  const outcomes = await Promise.all(chats.map((chatId) => take(chatId, anna)))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['at_limit', 'taken', 'taken'])
})

test('LibreDesk 8090309e: how many somebody has is not read before, and written after', async () => {
  const [anna = ''] = await queue.operators(1, 2)
  const held = [await begin(), await begin()]
  for (const chatId of held) await accept(await answer(chatId))
  await times(6, () => begin())
  // Two end and more are asked for, all at the same moment: each frees one place and fills one.
  await Promise.all([...held.map((chatId) => close(chatId, anna)), ...times2(4)])
  const { rows } = await sql<{ used: number }>`
    select used from operator_loads where user_id = ${anna} and kind = 'live'`.execute(queue.db)
  expect(rows).toEqual([{ used: 2 }])
  expect(await queue.states()).toEqual({ closed: 2, offered: 2, waiting: 8 })
})

const times2 = (count: number) => Array.from({ length: count }, () => begin())

test('graphile-worker #254: a connection that dies in the middle of a claim leaves nothing behind', async () => {
  const [anna = ''] = await queue.operators(1, 1)
  await declare(anna, 'away')
  const chatId = await begin()
  const client = await queue.pool.connect()
  const died = new Promise((resolve) => client.once('error', resolve))
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  await client.query('begin')
  await client.query("update operators set availability = 'available' where user_id = $1", [anna])
  const claim = await client.query('select (match_chat($1, $2)).status', [
    at().organisationId,
    chatId,
  ])
  expect(claim.rows[0]?.status).toBe('offered')
  await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(queue.db)
  await died
  client.release(true)
  expect(await chat(chatId)).toMatchObject({ state: 'waiting', operatorId: null })
  await declare(anna, 'available')
  expect(await chat(chatId)).toMatchObject({ state: 'offered', operatorId: anna })
})

test('BullMQ #596: a server that stalls for longer than its lease works for nobody when it comes back', async () => {
  const [anna = ''] = await queue.operators(1, 1)
  const nodeId = randomUUID()
  const epoch = await presence.registerNode(queue.db, nodeId, 'stalls')
  const bert = randomUUID()
  const stalled = { ...queue.place, nodeId, epoch }
  await seedOperator(queue.db, stalled, bert, { live: 1, queueIds: [queue.queueId] })
  await declare(anna, 'away')
  const chatId = await begin()
  const late = await answer(chatId)
  expect(late.userId).toBe(bert)
  await sql`update nodes set lease_until = clock_timestamp() where id = ${nodeId}`.execute(queue.db)
  await declare(anna, 'available')
  await sweep(queue.db)
  expect(await chat(chatId)).toMatchObject({ state: 'offered', operatorId: anna })
  // It goes on as if nothing had happened.
  expect(await presence.renewNode(queue.db, nodeId, epoch)).toBe(false)
  const connection = { ...stalled, userId: bert, connectionId: randomUUID(), sessionId: null }
  const opened = await run(queue.db, (one) => presence.connectionOpened(one, connection))
  expect(opened.status).toBe('fenced')
  expect(await accept(late)).toMatchObject({ status: 'gone' })
  expect(await chat(chatId)).toMatchObject({ state: 'offered', operatorId: anna })
})
