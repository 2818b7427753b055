// The doors of the demo floor: the printed links that sign in, and the button that stops it.
import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { demo as api } from '#contract/demo.ts'
import * as logins from '../features/sign-in/queries.ts'
import { startSession } from '../features/sign-in/sessions.ts'
import { Refusal } from '../platform/refuse.ts'
import { serve } from '../platform/serve.ts'
import { addressOf, CAST } from './cast.ts'
import type { DemoFloorPlayer } from './floor.ts'
import type { DemoKeys } from './seed.ts'

/** Who each link signs in as, and where it leads. */
export const DEMO_LINKS = {
  administrator: '/people',
  supervisor: '/wall',
  agent: '/desk',
} as const
export type DemoRole = keyof typeof DEMO_LINKS

export interface Demo {
  keys: DemoKeys
  /** Set once the server listens. */
  player(): DemoFloorPlayer | undefined
}

/** Without a demo the doors answer that there is none. */
export function demoRoutes(app: FastifyInstance, demo: Demo | undefined): void {
  serve(app, api.look, async () => ({
    isDemo: demo !== undefined,
    isMoving: demo?.player()?.isMoving ?? false,
  }))
  serve(app, api.set, async (ctx, { body }) => {
    const player = demo?.player()
    if (!player || demo?.keys.organisationId !== ctx.organisationId) throw new Refusal('not_found')
    if (body.isMoving) player.start()
    else player.stop()
    return { isMoving: player.isMoving }
  })
  if (demo) enterDoor(app, demo.keys)
}

function enterDoor(app: FastifyInstance, keys: DemoKeys): void {
  app.get<{ Params: { role: string }; Querystring: { t?: string } }>(
    '/demo/as/:role',
    async (request, reply) => {
      const { role } = request.params
      if (!isRole(role) || !isToken(request.query.t, keys.token)) throw new Refusal('not_found')
      const member = CAST.find((one) => one.role === role)
      const user = member && (await logins.findLogin(request.ctx.db, addressOf(member)))
      if (!user) throw new Refusal('not_found')
      await startSession(request.ctx, user.id, keys.organisationId)
      return reply.header('cache-control', 'no-store').redirect(DEMO_LINKS[role])
    },
  )
}

function isRole(text: string): text is DemoRole {
  return Object.hasOwn(DEMO_LINKS, text)
}

function isToken(given: string | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
