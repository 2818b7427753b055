// The storm's verdict: what the tables say, read over a connection of its own.
import { sql } from 'kysely'
import { type BrokenLaws, brokenLaws } from '../../server/features/routing/laws.ts'
import type { Db } from '../../server/platform/database.ts'

export interface Floor {
  held: number
  waiting: number
  offered: number
  maxHeld: number
  /** Waiting chats, the next one first. */
  order: string[]
  laws: BrokenLaws
}

/** Reads the floor as it stands. */
export async function readFloor(db: Db, organisationId: string): Promise<Floor> {
  const { rows } = await sql<{ state: string; chatId: string; operatorId: string | null }>`
    select state, chat_id, operator_id from routed_chats
     where organisation_id = ${organisationId} order by due_at, chat_id`.execute(db)
  const of = (state: string) => rows.filter((row) => row.state === state)
  const perOperator = Map.groupBy(of('active'), (row) => row.operatorId)
  return {
    held: of('active').length,
    waiting: of('waiting').length,
    offered: of('offered').length,
    maxHeld: Math.max(0, ...[...perOperator.values()].map((chats) => chats.length)),
    order: of('waiting').map((row) => row.chatId),
    laws: await brokenLaws(db),
  }
}

/** Chats whose visitor was told that they wait, and which are nowhere; and those that nobody asked. */
export async function countLost(db: Db, organisationId: string, asked: readonly string[]) {
  const { rows } = await sql<{ chatId: string }>`
    select chat_id from routed_chats where organisation_id = ${organisationId}`.execute(db)
  const there = new Set(rows.map((row) => row.chatId))
  const wanted = new Set(asked)
  return {
    lost: asked.filter((id) => !there.has(id)).length,
    unasked: rows.filter((row) => !wanted.has(row.chatId)).length,
  }
}
