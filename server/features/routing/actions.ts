// Transitions as whole transactions: run, then matched, and what the passing of time brings.
import { type Db, retrying } from '../../platform/database.ts'
import { listSought } from './handing-queries.ts'
import * as parking from './parking-queries.ts'
import type { Outcome } from './queries.ts'
import * as routing from './queries.ts'
import { listUnmatched } from './sweep-queries.ts'
import { type Sweep, sweepsOf } from './sweeps.ts'

/** Tries again when what was read had changed by the time it was locked; everybody who changes it
 * gets further by doing so, so this ends. */
const AGAIN_MAX = 50

async function untilSettled<T extends Outcome<string, unknown>>(
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await retrying(work)
    if (outcome.status !== 'again' || attempt === AGAIN_MAX) return outcome
  }
}

/**
 * Runs one transition as its own transaction, again where the database asks for it, and then
 * matches what it left. The log has grown when `seq` is a number or something was matched: wake.
 * `committed` is called between the two: what is already so need not wait for what follows from it.
 */
export async function run<T extends Outcome<string, unknown>>(
  db: Db,
  work: (db: Db) => Promise<T>,
  committed: (outcome: T) => void = () => {},
): Promise<T> {
  const outcome = await untilSettled(() => work(db))
  committed(outcome)
  await settle(db, outcome)
  return outcome
}

/** After a commit: brings together the chats that it left waiting and the operators with room.
 * `db` must not be a transaction. */
export async function settle(db: Db, outcome: Outcome<string, unknown>): Promise<void> {
  const { organisationId, matchChats, matchOperators } = outcome
  if (organisationId === null) return
  for (const chatId of matchChats) {
    await untilSettled(() => routing.matchChat(db, organisationId, chatId))
  }
  for (const userId of matchOperators) {
    await retrying(() => routing.matchOperator(db, organisationId, userId))
  }
}

/** The organisations whose log has grown. */
export type Woken = Set<string>

/** Each of the works again and again until it finds nothing more to do; `woke` hears at once whose
 * log has grown. */
export async function sweepUntilNothing(
  db: Db,
  works: readonly Sweep[],
  woke: (organisationId: string) => void,
): Promise<void> {
  for (const work of works)
    for (;;) {
      const { status, organisationId } = await run(db, work)
      if (status === 'nothing' || organisationId === null) break
      woke(organisationId)
    }
}

/** All that the passing of time brings, once: missed offers, ended graces, dead servers, and pairs
 * that a crash left unmatched. A server does the same in several loops, by its clockwork. */
export async function sweep(db: Db): Promise<Woken> {
  const woken: Woken = new Set()
  await sweepUntilNothing(db, sweepsOf(), (organisationId) => woken.add(organisationId))
  await tendParked(db, woken)
  await reconcile(db, woken)
  return woken
}

/** Parks deferred chats that are quiet, wakes those in which somebody waits for an answer, and ends
 * those that have slept for too long. */
export async function tendParked(db: Db, woken: Woken = new Set()): Promise<Woken> {
  const each = async <T extends { organisationId: string }>(
    due: readonly T[],
    work: (db: Db, it: T) => Promise<Outcome<string, unknown>>,
  ) => {
    for (const it of due) {
      const { seq } = await run(db, (one) => work(one, it))
      if (seq !== null) woken.add(it.organisationId)
    }
  }
  await each(await parking.listWaking(db), parking.wakeChat)
  await each(await parking.listQuiet(db), parking.parkChat)
  await each(await parking.listSleptOut(db), parking.closeSleptOut)
  return woken
}

/** Matches operators with room for whom a chat waits, or is handed on, though no command is under way
 * for either: of one organisation, or of all. */
export async function reconcile(
  db: Db,
  woken: Woken = new Set(),
  within: string | null = null,
): Promise<Woken> {
  for (const { organisationId, userId } of await listUnmatched(db, within)) {
    const { status } = await retrying(() => routing.matchOperator(db, organisationId, userId))
    if (status === 'offered') woken.add(organisationId)
  }
  for (const { organisationId, chatId } of await listSought(db, within)) {
    const { status } = await untilSettled(() => routing.matchChat(db, organisationId, chatId))
    if (status === 'offered') woken.add(organisationId)
  }
  return woken
}

/** Something gave many operators room at once: what waits, or is handed on, is theirs. */
export function matchWaiting(db: Db, organisationId: string): Promise<Woken> {
  return reconcile(db, new Set(), organisationId)
}
