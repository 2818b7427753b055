// The table of contents: every part, every door, and who hears which fact.
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { openPost } from './background.ts'
import { type Demo, demoRoutes } from './demo/routes.ts'
import { accountRoutes } from './features/accounts/routes.ts'
import { addressRoutes } from './features/addresses/routes.ts'
import { auditRoutes } from './features/audit/routes.ts'
import { chatRoutes } from './features/chats/routes.ts'
import { contactRoutes } from './features/contact/routes.ts'
import { departmentRoutes } from './features/departments/routes.ts'
import { estimateRoutes } from './features/estimates/routes.ts'
import { foundingRoutes } from './features/founding/routes.ts'
import { groupRoutes } from './features/groups/routes.ts'
import { historyRoutes } from './features/history/routes.ts'
import { hoursRoutes } from './features/hours/routes.ts'
import { importRoutes } from './features/imports/routes.ts'
import { inviteRoutes } from './features/invites/routes.ts'
import { mailboxRoutes } from './features/mail-outbox/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { lifecycleRoutes } from './features/people/lifecycle-routes.ts'
import { peopleRoutes } from './features/people/routes.ts'
import { presenceRoutes } from './features/presence/routes.ts'
import { measureProof } from './features/proof/actions.ts'
import { startChecker } from './features/proof/clockwork.ts'
import { proofRoutes } from './features/proof/routes.ts'
import { queueRoutes } from './features/queues/routes.ts'
import { roleRoutes } from './features/roles/routes.ts'
import { startClockwork } from './features/routing/clockwork.ts'
import { routingRoutes } from './features/routing/routes.ts'
import { securityRoutes } from './features/security/routes.ts'
import { authenticate } from './features/sign-in/actions.ts'
import { signInRoutes } from './features/sign-in/routes.ts'
import { startSimulator } from './features/simulator/clockwork.ts'
import { simulatorRoutes } from './features/simulator/routes.ts'
import * as sites from './features/sites/queries.ts'
import { siteRoutes } from './features/sites/routes.ts'
import { skillRoutes } from './features/skills/routes.ts'
import { statusRoutes } from './features/statuses/routes.ts'
import { transferRoutes } from './features/transfers/routes.ts'
import { treeRoutes } from './features/tree/routes.ts'
import { userRoutes } from './features/users/routes.ts'
import { authenticateVisitor } from './features/visitors/actions.ts'
import { visitorRoutes } from './features/visitors/routes.ts'
import { whyRoutes } from './features/why/routes.ts'
import { type LiveLayer, openLive } from './live.ts'
import { type Bus, openBus } from './platform/bus.ts'
import { makeClientIp } from './platform/client-ip.ts'
import type { Ctx } from './platform/context.ts'
import { makeCookies } from './platform/cookies.ts'
import { type Database, epochOf, openDatabase } from './platform/database.ts'
import { makeHasher } from './platform/hash.ts'
import { serveHealth } from './platform/health.ts'
import { openHttp } from './platform/http.ts'
import { type Metrics, openMetrics } from './platform/metrics.ts'
import { serveDescription } from './platform/openapi.ts'
import { makeIsOwnOrigin } from './platform/origin.ts'
import { servePages } from './platform/pages.ts'
import { postgresCarrier } from './platform/postgres-carrier.ts'
import { redisCarrier } from './platform/redis-carrier.ts'
import { snapshotDoor } from './snapshot-door.ts'

export interface AppSettings {
  databaseUrl: string
  publicOrigin: string | undefined
  secretKey: Buffer
  /** Undefined: servers wake each other through PostgreSQL. */
  redisUrl: string | undefined
  smtpUrl: string | undefined
  mailFrom: string
  trustedProxies: readonly string[]
  visitorAllowance: number
  /** The port of this machine's own where the metrics are; undefined: nowhere. */
  metricsPort?: number | undefined
  nodeName: string
  logLevel: string
  /** The one-time token with which the first organisation may be made; undefined: none can. */
  setUpToken?: string | undefined
  /** The demo floor that this server shows; undefined: none. */
  demo?: Demo | undefined
  now?: () => Date
}

export interface App {
  http: FastifyInstance
  database: Database
  bus: Bus
  live: LiveLayer
  metrics: Metrics | undefined
  /** Listens; gives the address. Port 0: any free one. */
  listen(port: number, host: string): Promise<string>
  close(): Promise<void>
}

/** Everything but what any request's ctx has of its own. */
type Shared = Omit<Ctx, 'browser' | 'log' | 'requestId'>

/** Puts a server together. It answers nothing before `listen`. */
export async function buildApp(settings: AppSettings): Promise<App> {
  const ground = await openGround(settings)
  const { http, database, ears, bus, shared, gate } = ground
  serveDescription(http)
  serveHealth(http, database.db, gate.isDraining)
  openDoors(http, settings)
  await servePages(http, (key) => sites.frameAncestorsOf(database.db, key))
  await http.ready()
  const metrics = await measure(settings, ground)
  const { live, clockwork, checker, simulator } = await setMoving(settings, ground)
  // Its links name the address, which is known once the server listens.
  let post: ReturnType<typeof openPost> | undefined
  return {
    http,
    database,
    bus,
    live,
    metrics,
    async listen(port, host) {
      await http.listen({ port, host })
      const address = http.server.address() as AddressInfo
      shared.publicOrigin ||= `http://localhost:${address.port}`
      post ??= openPost({ ...shared, log: http.log }, settings)
      return shared.publicOrigin
    },
    async close() {
      gate.drain()
      await live.close()
      await simulator.stop()
      await clockwork.stop()
      await checker.stop()
      await metrics?.close()
      await http.close()
      await post?.stop()
      await bus.close()
      await ears.close()
      await database.close()
    },
  }
}

/** What everything stands on: the database, the bus, the HTTP server that knows who asks. */
async function openGround(settings: AppSettings) {
  const { databaseUrl, nodeName, secretKey, visitorAllowance, logLevel } = settings
  const failed = (err: unknown) => http.log.error({ event: 'background.broke', err })
  const database = openDatabase(databaseUrl, { max: 12, name: nodeName, broke: failed })
  // What every page waits for stands in no line behind somebody's long list.
  const ears = openDatabase(databaseUrl, { max: 3, name: `${nodeName} live`, broke: failed })
  const carrier = settings.redisUrl
    ? redisCarrier(settings.redisUrl, failed)
    : postgresCarrier(databaseUrl, ears.pool, failed)
  const bus = openBus(carrier, failed)
  const isSecure = settings.publicOrigin?.startsWith('https://') ?? false
  const cookies = makeCookies(isSecure)
  const clientIp = makeClientIp([...settings.trustedProxies])
  const isOwnOrigin = makeIsOwnOrigin(settings.publicOrigin)
  const now = settings.now ?? (() => new Date())
  const hasher = makeHasher({ running: 2, queued: 16, waitMs: 2_000 })
  const { db } = database
  // The origin is known only once the server listens, when it is not set.
  const publicOrigin = settings.publicOrigin ?? ''
  const shared: Shared = {
    db,
    database,
    bus,
    now,
    hasher,
    secretKey,
    visitorAllowance,
    publicOrigin,
  }
  const identify = {
    actor: (token: string | undefined, ip: string) => authenticate(db, token, now(), ip),
    visitor: (token: string) => authenticateVisitor(db, token),
  }
  let isDrainingNow = false
  const drain = () => {
    isDrainingNow = true
  }
  const gate = { isOwnOrigin, clientIp, isDraining: () => isDrainingNow, drain }
  const http = await openHttp({ logLevel, isSecure, cookies, identify, shared, ...gate })
  return { http, database, ears, bus, cookies, shared, failed, gate }
}

/** The clockwork and the live layer, which tell each other who came and who must go. */
async function setMoving(
  { databaseUrl, nodeName }: AppSettings,
  {
    http,
    database,
    ears,
    bus,
    cookies,
    shared,
    failed,
    gate,
  }: Awaited<ReturnType<typeof openGround>>,
) {
  const { db } = database
  const node = { id: randomUUID(), name: nodeName }
  const clockwork = await startClockwork({
    db,
    bus,
    node,
    fence: () => live.fence(),
    failed,
  })
  const live = openLive({
    http: http.server,
    db,
    log: ears.db,
    bus,
    cookies,
    gate,
    now: shared.now,
    node: nodeName,
    epoch: await epochOf(db),
    failed,
    arrived: (actor, connectionId) => clockwork.arrived(actor, connectionId),
    gone: (actor, connectionId) => clockwork.gone(actor, connectionId),
  })
  const checker = startChecker({ databaseUrl, bus, node, failed })
  const simulator = startSimulator({ databaseUrl, bus, node, failed })
  return { live, clockwork, checker, simulator }
}

/** What can be measured, for whoever asks on this machine. */
async function measure(
  { metricsPort }: AppSettings,
  { database, failed }: Awaited<ReturnType<typeof openGround>>,
): Promise<Metrics | undefined> {
  if (metricsPort === undefined) return undefined
  return openMetrics(metricsPort, () => measureProof(database.db), failed)
}

/** Every door of the house. */
function openDoors(http: FastifyInstance, settings: AppSettings): void {
  accountRoutes(http)
  addressRoutes(http)
  auditRoutes(http)
  chatRoutes(http)
  contactRoutes(http)
  demoRoutes(http, settings.demo)
  departmentRoutes(http)
  estimateRoutes(http)
  foundingRoutes(http, settings.setUpToken)
  groupRoutes(http)
  historyRoutes(http)
  importRoutes(http)
  inviteRoutes(http)
  lifecycleRoutes(http)
  if (settings.smtpUrl === undefined) mailboxRoutes(http)
  notificationRoutes(http)
  peopleRoutes(http)
  presenceRoutes(http)
  proofRoutes(http)
  queueRoutes(http)
  roleRoutes(http)
  routingRoutes(http)
  securityRoutes(http)
  signInRoutes(http)
  simulatorRoutes(http)
  siteRoutes(http)
  skillRoutes(http)
  hoursRoutes(http)
  snapshotDoor(http)
  transferRoutes(http)
  treeRoutes(http)
  userRoutes(http)
  visitorRoutes(http)
  statusRoutes(http)
  whyRoutes(http)
}
