// The HTTP doors of the simulator.
import type { FastifyInstance } from 'fastify'
import { simulator as api } from '#contract/simulator.ts'
import { serve } from '../../platform/serve.ts'
import {
  disturbSimulation,
  foretell,
  readSimulator,
  startSimulation,
  stopSimulation,
} from './actions.ts'

export function simulatorRoutes(app: FastifyInstance): void {
  serve(app, api.look, (ctx) => readSimulator(ctx))
  serve(app, api.foretell, (ctx, { body }) => foretell(ctx, body))
  serve(app, api.start, (ctx, { body }) => startSimulation(ctx, body))
  serve(app, api.stop, (ctx, { params }) => stopSimulation(ctx, params.id))
  serve(app, api.disturb, (ctx, { params, body }) => disturbSimulation(ctx, params.id, body))
}
