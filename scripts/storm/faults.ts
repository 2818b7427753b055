// What goes wrong in a long storm, one thing after another: servers die, stall, are replaced and have
// wrong clocks, lines are slow, deaf or break, the database crashes or is held up by somebody.
import { setTimeout as pause } from 'node:timers/promises'
import { BY_DATABASE } from './database-faults.ts'
import type { Do, Scene } from './scene.ts'
import { anyOf } from './servers.ts'

const BY_SERVERS: Readonly<Record<string, Do>> = {
  /** A server ends without a word; another is started in its place. */
  async kill(scene) {
    const at = anywhere(scene.servers)
    scene.servers[at]?.kill()
    scene.servers[at] = await scene.replace(at)
  },
  /** A server is told to end, and a new one takes over, as when a new version is put in place. */
  async deploy(scene) {
    const at = anywhere(scene.servers)
    await scene.servers[at]?.stop()
    scene.servers[at] = await scene.replace(at)
  },
  /** A server stands still for longer than some of its deadlines, and goes on as if nothing was. */
  async stop({ servers, ended }) {
    const server = anyOf(servers, anywhere(servers))
    server.freeze()
    await pause(anyOne([3_000, 10_000, 30_000]), undefined, { signal: ended }).catch(() => {})
    server.thaw()
  },
}

const BY_LINE: Readonly<Record<string, Do>> = {
  /** The line to the database is slow: half a second, each way. */
  async slow({ line, ended }) {
    line.delay(500)
    await pause(5_000, undefined, { signal: ended }).catch(() => {})
    line.delay(0)
  },
  /** It breaks, with everything that was on its way. */
  async reset({ line }) {
    line.reset()
  },
  /** What was asked is done, and the answer is lost. */
  async answers({ line }) {
    line.loseAnswers()
  },
  /** The connection that hears what other servers tell is dead, and nobody has noticed. */
  async deaf({ line, ended }) {
    const lift = line.deafen('switchboard-bus')
    await pause(15_000, undefined, { signal: ended }).catch(() => {})
    lift()
  },
}

const DO = { ...BY_SERVERS, ...BY_LINE, ...BY_DATABASE }
/** In the order in which they come: the quick ones lie between those that take long. */
export const FAULTS: readonly string[] = [
  'kill',
  'cut',
  'answers',
  'slow',
  'listen',
  'locks',
  'stop',
  'reset',
  'snapshot',
  'deploy',
  'crash',
  'deaf',
  'vacuum',
]

/** Does one thing after another, `gapMs` apart; answers how often each was done. */
export async function trouble(
  scene: Scene,
  faults: readonly string[],
  gapMs: number,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  for (let at = 0; faults.length > 0 && !scene.ended.aborted; at++) {
    await pause(gapMs * (0.5 + Math.random()), undefined, { signal: scene.ended }).catch(() => {})
    const fault = faults[at % faults.length]
    if (fault === undefined || scene.ended.aborted) break
    scene.say(`fault: ${fault}`)
    await DO[fault]?.(scene).catch((error: unknown) => scene.say(`${fault}: ${String(error)}`))
    done[fault] = (done[fault] ?? 0) + 1
  }
  return done
}

function anywhere({ length }: readonly unknown[]): number {
  return Math.floor(Math.random() * length)
}

function anyOne(of: readonly number[]): number {
  return of[anywhere(of)] ?? 0
}
