// The HTTP doors of the audit: lines, one person's history, and the chain as a file.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import {
  AUDIT_PAGE,
  type AuditLine,
  type AuditPage,
  type AuditQuery,
  audit as api,
} from '#contract/audit.ts'
import { may } from '#contract/permissions.ts'
import type { ActorCtx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import { serve, serveDownload } from '../../platform/serve.ts'
import * as accounts from '../accounts/queries.ts'
import { mayReach, mustSee } from '../people/reach.ts'
import * as audit from './queries.ts'
import { changesOf } from './rules.ts'

export function auditRoutes(app: FastifyInstance): void {
  serve(app, api.list, (ctx, { query }) => listLines(ctx, query))
  serve(app, api.history, (ctx, { params, query }) => listHistory(ctx, params.id, query))
  serveDownload(app, api.download, async (ctx) => {
    if (!seesAll(ctx)) throw new Refusal('forbidden')
    const head = await audit.findHead(ctx.db, ctx.organisationId)
    return {
      name: `audit-${ctx.now().toISOString().slice(0, 10)}.ndjson`,
      content: Readable.from(chainOf(ctx.db, ctx.organisationId, head)),
    }
  })
}

function seesAll({ actor }: ActorCtx): boolean {
  return may(actor.grants, 'audit.view', [actor.organisationId])
}

async function listLines(ctx: ActorCtx, query: AuditQuery): Promise<AuditPage> {
  const { db, actor, organisationId } = ctx
  const accountIds = seesAll(ctx) ? undefined : accounts.visibleIds(actor, 'audit.view')
  const window = windowOf(query, accountIds)
  const page = pageOf(await audit.list(db, organisationId, query, window), window)
  const head = accountIds ? undefined : await audit.findHead(db, organisationId)
  return { ...page, head: head ?? null }
}

/** Refuses with `not_found` a person whom the actor does not see, with `forbidden` one they do not manage. */
async function listHistory(
  { db, actor, organisationId }: ActorCtx,
  membershipId: string,
  query: Pick<AuditQuery, 'before' | 'limit'>,
): Promise<AuditPage> {
  const standing = await mustSee(db, actor, membershipId)
  if (!mayReach(actor, 'users.manage', standing)) throw new Refusal('forbidden')
  const window = windowOf(query, accounts.visibleIds(actor, 'users.manage'))
  const lines = await audit.listOfPerson(db, organisationId, standing, window)
  return { ...pageOf(lines, window), head: null }
}

function windowOf(
  { before, limit }: Pick<AuditQuery, 'before' | 'limit'>,
  accountIds: readonly string[] | undefined,
): audit.Window {
  return {
    accountIds,
    before: before === undefined ? undefined : Number(before),
    limit: limit === undefined ? AUDIT_PAGE : Number(limit),
  }
}

function pageOf(lines: readonly audit.Line[], { limit }: audit.Window) {
  const last = lines.length === limit ? lines.at(-1) : undefined
  return { lines: lines.map(shown), next: last?.seq ?? null }
}

function shown({ before, after, ...line }: audit.Line): AuditLine {
  return { ...line, changes: changesOf(before, after) }
}

const AT_ONCE = 500

/** The chain as it stood at its head: lines are only ever added, so it is one state of it. */
async function* chainOf(
  db: Db,
  organisation: string,
  head: audit.Head | undefined,
): AsyncGenerator<string> {
  const to = head?.seq ?? 0
  yield `${JSON.stringify({
    ...{ format: 'switchboard-audit', version: 1, organisation, lines: to },
    head: head?.hash ?? null,
  })}\n`
  for (let after = 0; after < to; ) {
    const lines = await audit.listChain(db, organisation, { after, to, limit: AT_ONCE })
    if (lines.length === 0) return
    yield lines.map(({ seq: _, ...line }) => `${JSON.stringify(line)}\n`).join('')
    after = lines.at(-1)?.seq ?? to
  }
}
