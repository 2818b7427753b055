// The HTTP doors of chats.
import type { FastifyInstance } from 'fastify'
import * as api from '#contract/chats.ts'
import { serve } from '../../platform/serve.ts'
import { readMessages, writeMessage } from './actions.ts'

export function chatRoutes(app: FastifyInstance): void {
  serve(app, api.chats.messages, (ctx, { params }) => readMessages(ctx, params.id))
  serve(app, api.chats.write, (ctx, { params, body }) => writeMessage(ctx, params.id, body))
}
