// The door of the proof.
import type { FastifyInstance } from 'fastify'
import { proof } from '#contract/proof.ts'
import { serve } from '../../platform/serve.ts'
import { readProof } from './actions.ts'

export function proofRoutes(app: FastifyInstance): void {
  serve(app, proof.look, (ctx) => readProof(ctx))
}
