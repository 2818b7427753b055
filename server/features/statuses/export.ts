// The status ledger as a file: of one operator, or of everybody whom the asker sees.
import { Readable } from 'node:stream'
import { csvLines, csvOf } from '#contract/csv.ts'
import { ledgerCells, ledgerHead } from '#contract/status-file.ts'
import type { StatusPeriod } from '#contract/statuses.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import type { Download } from '../../platform/serve.ts'
import { write } from '../../platform/write.ts'
import * as ledger from './ledger-queries.ts'
import { mayAtOneOf } from './reach.ts'
import { whyNotPeriod } from './rules.ts'

/** Refuses with `invalid` (the period), and with `not_found` whoever is no operator or not seen. */
export async function exportOf(
  ctx: ActorCtx,
  userId: string,
  period: StatusPeriod,
): Promise<Download> {
  mustBePeriod(period)
  const people = await ledger.listPeople(ctx.db, ctx.organisationId, userId)
  const seen = people.filter((one) => userId === ctx.actor.userId || isSeen(ctx, one))
  if (seen.length === 0) throw new Refusal('not_found')
  return exported(ctx, seen, period, { subject: 'operator', subjectId: userId })
}

/** Of everybody whom the asker sees on the Wall. Refuses with `invalid` (the period). */
export async function exportAll(ctx: ActorCtx, period: StatusPeriod): Promise<Download> {
  mustBePeriod(period)
  const people = await ledger.listPeople(ctx.db, ctx.organisationId, undefined)
  const seen = people.filter((one) => isSeen(ctx, one))
  return exported(ctx, seen, period, { subject: 'account', subjectId: ctx.organisationId })
}

function mustBePeriod(period: StatusPeriod): void {
  const field = whyNotPeriod(period)
  if (field) throw new Refusal('invalid', { field })
}

function isSeen(ctx: ActorCtx, { places }: ledger.Person): boolean {
  return mayAtOneOf(ctx, 'wall.view', places)
}

/** Whoever takes a file of what others did leaves a line behind, before the first of it is told. */
async function exported(
  ctx: ActorCtx,
  people: readonly ledger.Person[],
  period: StatusPeriod,
  of: { subject: string; subjectId: string },
): Promise<Download> {
  const { from, to } = period
  await write(ctx, 'operator.export_statuses', async (tx) => {
    tx.note({ ...of, after: { from, to, operators: people.length } })
  })
  return {
    name: `statuses-${from}-${to}.csv`,
    content: Readable.from(fileOf(ctx, people, period)),
  }
}

/** So many operators are read at once: few, for whatever else this server does goes on in between. */
const AT_ONCE = 4

async function* fileOf(
  { db, organisationId }: ActorCtx,
  people: readonly ledger.Person[],
  { from, to, language = 'en' }: StatusPeriod,
): AsyncGenerator<string> {
  yield csvOf([ledgerHead(language)])
  for (let begin = 0; begin < people.length; begin += AT_ONCE) {
    const some = people.slice(begin, begin + AT_ONCE)
    const known = new Map(some.map((one) => [one.userId, one]))
    const lines = await ledger.listLedger(db, organisationId, {
      ...{ from, to, userIds: [...known.keys()] },
      accountIds: some.map(({ places }) => places[0]?.accountId ?? organisationId),
    })
    const rows = lines.map(({ userId, ...line }) => {
      const { name: operator = '', login = '' } = known.get(userId) ?? {}
      return ledgerCells({ ...line, operator, login }, language)
    })
    yield csvLines(rows)
  }
}
