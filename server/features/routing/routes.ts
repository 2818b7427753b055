// The HTTP doors of routing: all by which chats move between people, whichever noun they go by.
import type { FastifyInstance } from 'fastify'
import * as presence from '#contract/presence.ts'
import * as queues from '#contract/queues.ts'
import * as api from '#contract/routing.ts'
import { units } from '#contract/units.ts'
import { serve } from '../../platform/serve.ts'
import * as commands from './commands.ts'
import { changeQueue } from './held-limits.ts'
import { comeBack, endWrapUp, listPeople, pickChat, setTier } from './levels.ts'
import { parkChat, takeBackChat } from './parked.ts'
import * as routing from './queries.ts'
import { readSkills, setSkills } from './skills.ts'
import { setUnits } from './units.ts'

export function routingRoutes(app: FastifyInstance): void {
  serve(app, api.routing.mine, ({ db, actor }) =>
    routing.listChatsOfOperator(db, actor.organisationId, actor.userId),
  )
  serve(app, api.routing.accept, (ctx, { params }) => commands.acceptOffer(ctx, params.id))
  serve(app, api.routing.decline, (ctx, { params }) => commands.declineOffer(ctx, params.id))
  serve(app, api.routing.take, (ctx, { params }) => commands.takeChat(ctx, params.id))
  serve(app, api.routing.pick, (ctx, { params }) => pickChat(ctx, params.id))
  serve(app, api.routing.park, (ctx, { params, body }) => parkChat(ctx, params.id, body))
  serve(app, api.routing.takeBack, (ctx, { params }) => takeBackChat(ctx, params.id))
  serve(app, api.routing.skills, (ctx, { params }) => readSkills(ctx, params.id))
  serve(app, api.routing.setSkills, (ctx, { params, body }) => setSkills(ctx, params.id, body))
  serve(app, api.routing.close, (ctx, { params }) => commands.closeChat(ctx, params.id))
  serve(app, api.routing.setLimit, (ctx, { params, body }) =>
    commands.setLimit(ctx, params.id, body),
  )
  serve(app, units.set, (ctx, { params, body }) => setUnits(ctx, params.id, body))
  serve(app, presence.presence.back, (ctx) => comeBack(ctx))
  serve(app, presence.presence.wrapUp, (ctx) => endWrapUp(ctx))
  serve(app, queues.queues.change, (ctx, { params, body }) => changeQueue(ctx, params.id, body))
  serve(app, queues.queues.join, (ctx, { params }) => commands.joinQueue(ctx, params.id))
  serve(app, queues.queues.joinFor, (ctx, { params, body }) =>
    commands.joinQueue(ctx, params.id, body.minutes),
  )
  serve(app, queues.queues.leave, (ctx, { params }) => commands.leaveQueue(ctx, params.id))
  serve(app, queues.queues.assign, (ctx, { params }) =>
    commands.assignToQueue(ctx, params.id, params.userId),
  )
  serve(app, queues.queues.members, (ctx, { params }) => listPeople(ctx, params.id))
  serve(app, queues.queues.setTier, (ctx, { params, body }) =>
    setTier(ctx, params.id, params.userId, body),
  )
  serve(app, queues.queues.unassign, (ctx, { params }) =>
    commands.unassignFromQueue(ctx, params.id, params.userId),
  )
}
