// The storm's short form: all chats at once, in the middle a server is killed when asked for; at the
// end every slot is filled and the rest waits in order.
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../server/platform/database.ts'
import type { StormFloor } from './floor.ts'
import type { StormOptions } from './options.ts'
import { type Asked, ask, placeOf } from './people.ts'
import { anyOf, type ServerProcess } from './servers.ts'
import { countLost, readFloor } from './verdict.ts'

/** The floor has come to rest when it has not moved for so long. */
const REST_MS = 3_000

const say = (line: string) => void process.stdout.write(`${line}\n`)

/** Whether everything came out as it must. */
export async function burstOn(
  options: StormOptions,
  database: Database,
  floor: StormFloor,
  servers: readonly ServerProcess[],
  ended: AbortSignal,
): Promise<boolean> {
  const started = performance.now()
  const asked = await burst(options, servers, floor, ended)
  say(`${asked.length} chats were asked`)
  await rest(database, floor, options, started)
  const seconds = (performance.now() - started) / 1000
  return judge(options, database, floor, servers, asked, seconds)
}

/** All chats at once, by so many connections; in the middle a server is killed when asked for. */
async function burst(
  options: StormOptions,
  servers: readonly ServerProcess[],
  floor: StormFloor,
  ended: AbortSignal,
): Promise<Asked[]> {
  const asked: Asked[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < options.chats; at = next++) {
      if (options.kill && at === Math.floor(options.chats / 3)) {
        servers[0]?.kill()
        say('a server was killed')
      }
      asked.push(await ask(servers, floor, at, ended))
    }
  }
  await Promise.all(Array.from({ length: options.connections }, work))
  return asked
}

/** Waits until the floor has the shape it must have, or has stood still, or time is over. */
async function rest(
  { db }: Database,
  floor: StormFloor,
  options: StormOptions,
  started: number,
): Promise<void> {
  let before = ''
  let stillSince = performance.now()
  while (performance.now() - started < options.seconds * 1000) {
    const { held, waiting, offered } = await readFloor(db, floor.organisationId)
    const now = `${held} ${waiting} ${offered}`
    if (now !== before) stillSince = performance.now()
    before = now
    const isShaped = held >= expectedHeld(options) && offered === 0
    const mustStandStill = isShaped ? REST_MS : REST_MS * 12
    if (performance.now() - stillSince > mustStandStill) return
    await pause(200)
  }
}

function expectedHeld({ chats, operators, limit }: StormOptions): number {
  return Math.min(chats, operators * limit)
}

async function judge(
  options: StormOptions,
  { db }: Database,
  floor: StormFloor,
  servers: readonly ServerProcess[],
  asked: readonly Asked[],
  seconds: number,
): Promise<boolean> {
  const { held, waiting, offered, maxHeld, order, laws } = await readFloor(db, floor.organisationId)
  const { lost, unasked } = await countLost(
    db,
    floor.organisationId,
    asked.map((one) => one.chatId),
  )
  const isInOrder = await areShownInOrder(servers, asked, order)
  const result = {
    held,
    waiting,
    offered,
    maxHeld,
    overLimit: laws.overLimit + laws.raisedOverLimit + (maxHeld > options.limit ? 1 : 0),
    lost: lost + laws.lost,
    doubled: laws.doubled + unasked,
    gaps: laws.gaps,
    drifted: laws.drifted,
    unmatched: laws.unmatched,
    isInOrder,
    servers: servers.filter((server) => server.isAlive()).length,
    killed: servers.filter((server) => !server.isAlive()).length,
    seconds: Number(seconds.toFixed(1)),
  }
  const isLawful =
    result.overLimit +
      result.lost +
      result.doubled +
      result.gaps +
      result.drifted +
      result.unmatched ===
    0
  const isWhole = held === expectedHeld(options) && waiting === asked.length - held && offered === 0
  say(isLawful && isWhole && isInOrder ? 'every law holds' : 'a law is BROKEN')
  say(JSON.stringify(result))
  return isLawful && isWhole && isInOrder
}

/** Whether each waiting visitor is shown the place that the tables give. */
async function areShownInOrder(
  servers: readonly ServerProcess[],
  asked: readonly Asked[],
  order: readonly string[],
): Promise<boolean> {
  const visitors = new Map(asked.map((one) => [one.chatId, one]))
  const step = Math.max(1, Math.floor(order.length / 20))
  for (let at = 0; at < order.length; at += step) {
    const visitor = visitors.get(order[at] ?? '')
    if (visitor === undefined) return false
    if ((await placeOf(anyOf(servers, at), visitor)) !== at + 1) return false
  }
  return true
}
