// The log alone, read from its beginning: it is a path of what may happen to a chat, it leads to
// what stands in the tables, and it shows who was served before whom while many acted at once.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Because, Chat } from '#contract/routing.ts'
import { openBusyQueue, times } from '../../testing/busy-queue.ts'
import { ask } from '../../testing/routing-seed.ts'
import { run, sweep } from './actions.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'

const queue = openBusyQueue()
const CALLERS = 8

interface Line {
  seq: number
  kind: string
  entityId: string
  row: Partial<Chat> | null
  because: Because | null
}

/** What may follow on what; a chat that nobody has heard of comes as waiting. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  none: ['waiting'],
  waiting: ['waiting', 'offered', 'active', 'gone'],
  offered: ['offered', 'waiting', 'active', 'gone'],
  active: ['active', 'waiting', 'gone'],
  gone: ['waiting'],
}

async function readLog(): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select seq, kind, entity_id, row, because from event_log
     where kind in ('chat', 'operator', 'queue_member') order by seq`.execute(queue.db)
  return rows
}

/** The rows that stand now, as the log's lines have them. */
async function readTables(): Promise<Map<string, unknown>> {
  const { rows } = await sql<{ key: string; row: unknown }>`
    select 'operator ' || user_id as key, row from operator_rows
    union all select 'chat ' || chat_id, row from chat_rows where state <> 'closed'
    union all select 'queue_member ' || (row ->> 'id'), row from queue_member_rows`.execute(
    queue.db,
  )
  return new Map(rows.map(({ key, row }) => [key, row]))
}

/** The log, read on line by line. */
class Fold {
  readonly rows = new Map<string, unknown>()
  /** Steps that may not be. */
  readonly wrong: string[] = []
  /** For each pull, how many chats that were due sooner it left standing. */
  readonly overtaken: number[] = []
  readonly #chats = new Map<string, Partial<Chat> | null>()
  /** Who passed which chat on. */
  readonly #passed = new Set<string>()

  read(line: Line): void {
    const { kind, entityId, row } = line
    if (row === null) this.rows.delete(`${kind} ${entityId}`)
    else this.rows.set(`${kind} ${entityId}`, row)
    if (kind === 'chat') this.#readChat(line)
  }

  #readChat({ seq, entityId, row, because }: Line): void {
    const known = this.#chats.get(entityId)
    const before = known === undefined ? 'none' : stateOf(known)
    if (!NEXT[before]?.includes(stateOf(row)))
      this.wrong.push(`${seq}: ${before} to ${stateOf(row)}`)
    this.#chats.set(entityId, row)
    if (because?.rule === 'declined')
      this.#passed.add(`${entityId} ${because.considered[0]?.operatorId}`)
    if (row?.offer && before !== 'offered') this.#readOffer(row, row.offer.operatorId, because)
  }

  #readOffer({ dueAt = '' }: Partial<Chat>, to: string, because: Because | null): void {
    if (because?.rule !== 'longest_waiting') return
    const sooner = [...this.#chats].filter(
      ([id, one]) =>
        one?.state === 'waiting' && (one.dueAt ?? '') < dueAt && !this.#passed.has(`${id} ${to}`),
    )
    this.overtaken.push(sooner.length)
  }
}

const stateOf = (row: Partial<Chat> | null) => row?.state ?? 'gone'

/** One caller: asks, answers, ends, and now and then passes on. */
async function act(turn: number): Promise<void> {
  const at = { organisationId: queue.place.organisationId }
  if (turn % 3 === 0) await ask(queue.db, queue.place, queue.queueId, randomUUID())
  const { rows } = await sql<{ id: string; userId: string; chatId: string; state: string }>`
    select id, user_id, chat_id, state from assignments
     where state in ('offered', 'active') order by random() limit 1`.execute(queue.db)
  const [it] = rows
  if (it === undefined) return
  const offer = { ...at, offerId: it.id, userId: it.userId }
  if (it.state === 'offered' && turn % 7 === 0)
    await run(queue.db, (db) => routing.declineOffer(db, offer))
  else if (it.state === 'offered') await run(queue.db, (db) => routing.acceptOffer(db, offer))
  else
    await run(queue.db, (db) =>
      routing.closeChat(db, {
        ...at,
        chatId: it.chatId,
        holderId: it.userId,
        because: 'operator',
      }),
    )
}

test('I5 I7: the log leads to what stands, step by step, and shows that the longest wait came first', async () => {
  await queue.operators(6, 2)
  await times(40, () => ask(queue.db, queue.place, queue.queueId, randomUUID()))
  await times(CALLERS, async (caller) => {
    for (let turn = 0; turn < 40; turn++) await act(turn + caller)
  })
  await sql`delete from exclusions`.execute(queue.db)
  await sweep(queue.db)
  const folded = new Fold()
  for (const line of await readLog()) folded.read(line)
  expect(folded.wrong).toEqual([])
  expect(folded.rows).toEqual(await readTables())
  expect(folded.overtaken.length).toBeGreaterThan(20)
  // A pull passes over what others have locked at that moment, and nothing else.
  expect(Math.max(...folded.overtaken)).toBeLessThanOrEqual(CALLERS)
  expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
})

test('I8: also by several at once those who are alike are asked much alike', async () => {
  const users = await queue.operators(6, 3)
  const asked: string[] = []
  await times(4, async () => {
    for (let n = 0; n < 12; n++) {
      const chatId = randomUUID()
      await ask(queue.db, queue.place, queue.queueId, chatId)
      const { rows } = await sql<{ userId: string }>`
        select user_id from assignments where chat_id = ${chatId}`.execute(queue.db)
      asked.push(rows[0]?.userId ?? '')
      const end = { ...queue.place, chatId, because: 'supervisor' } as const
      await run(queue.db, (db) => routing.closeChat(db, end))
    }
  })
  const counts = users.map((userId) => asked.filter((one) => one === userId).length)
  // Chats that come in the same moment may be put to the same one who has been idle the longest: no
  // more of them than come at once, whenever it is that one's turn.
  const squares = counts.reduce((all, one) => all + one * one, 0)
  expect(asked.length ** 2 / (counts.length * squares)).toBeGreaterThanOrEqual(0.85)
})
