import type { FastifyInstance } from 'fastify'
import { addresses as api } from '#contract/addresses.ts'
import { serve } from '../../platform/serve.ts'
import {
  addressesOfAccount,
  addressesOfPerson,
  setAddressesOfAccount,
  setAddressesOfPerson,
} from './actions.ts'

export function addressRoutes(app: FastifyInstance): void {
  serve(app, api.ofAccount, (ctx, { params }) => addressesOfAccount(ctx, params.id))
  serve(app, api.setOfAccount, (ctx, { params, body }) =>
    setAddressesOfAccount(ctx, params.id, body),
  )
  serve(app, api.ofPerson, (ctx, { params }) => addressesOfPerson(ctx, params.id))
  serve(app, api.setOfPerson, (ctx, { params, body }) => setAddressesOfPerson(ctx, params.id, body))
}
