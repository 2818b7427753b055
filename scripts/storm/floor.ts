// The storm's floor: an organisation with one queue, its site and its operators.
import { randomBytes, randomUUID } from 'node:crypto'
import * as founding from '../../server/features/founding/queries.ts'
import * as queues from '../../server/features/queues/queries.ts'
import * as routing from '../../server/features/routing/queries.ts'
import * as sites from '../../server/features/sites/queries.ts'
import type { Db } from '../../server/platform/database.ts'
import type { Hasher } from '../../server/platform/hash.ts'

export interface StormFloor {
  organisationId: string
  queueId: string
  siteKey: string
  password: string
  operators: { userId: string; email: string }[]
}

export async function makeFloor(
  db: Db,
  hasher: Hasher,
  { operators, limit }: { operators: number; limit: number },
): Promise<StormFloor> {
  const organisationId = randomUUID()
  await founding.found(db, { id: organisationId, name: 'Storm', language: 'en' })
  const queue = await queues.insert(db, organisationId, {
    accountId: organisationId,
    name: 'Storm',
    kind: 'live',
    offerSeconds: 20,
    targetSeconds: 60,
  })
  const siteKey = randomBytes(10).toString('hex')
  await sites.insert(db, organisationId, {
    accountId: organisationId,
    queueId: queue.id,
    name: 'Storm',
    key: siteKey,
    allowedOrigins: [],
    colour: '#0b7285',
    language: 'en',
  })
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hasher.hash(password)
  const people = Array.from({ length: operators }, (_, at) => ({
    userId: randomUUID(),
    email: `operator${at}@storm.example`,
  }))
  for (const { userId, email } of people) {
    const place = { organisationId, accountId: organisationId, role: 'agent' } as const
    const name = { firstName: 'Operator', lastName: email, language: 'en' }
    await founding.appoint(db, place, { id: userId, email, ...name, passwordHash })
    await routing.registerOperator(db, { organisationId, userId, live: limit, deferred: 0 })
    await routing.assignQueueMember(db, { organisationId, queueId: queue.id, userId })
  }
  return { organisationId, queueId: queue.id, siteKey, password, operators: people }
}
