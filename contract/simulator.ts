// The simulator: one's own queues, with visitors and operators that do not exist, on the real engine
// in an organisation of their own that is gone afterwards. Whoever sets up the whole organisation may
// run it: it shows all its queues and weighs on the servers, and it changes nothing for anybody.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, Nothing, orNull, Strict } from './shapes.ts'

export const SIMULATION = {
  /** Operators of a run, of all its queues together. */
  operators: 500,
  queues: 20,
  minutes: 30,
  /** So many times as fast as life. */
  speed: 60,
  /** Chats that come in a second of the machine's time. */
  chatsPerSecond: 20,
} as const

/** What comes to a queue and who is there, as it is to be simulated. */
export const SimulatedLine = Strict({
  queueId: Id,
  operators: Type.Integer({ minimum: 0, maximum: SIMULATION.operators }),
  /** Chats that each of them may hold at the same time. */
  limit: Type.Integer({ minimum: 1, maximum: 100 }),
  arrivalsPerHour: Type.Number({ minimum: 0, maximum: 72_000 }),
  /** How long a chat is held, on average. */
  heldSeconds: Type.Integer({ minimum: 5, maximum: 14_400 }),
  /** How long a visitor waits before they give up, on average. */
  patienceSeconds: Type.Integer({ minimum: 5, maximum: 86_400 }),
  /** How long an operator takes to accept an offer, on average. */
  acceptSeconds: Type.Integer({ minimum: 0, maximum: 300 }),
  /** Of a hundred offers, so many are not seen at all. */
  missedPercent: Type.Integer({ minimum: 0, maximum: 100 }),
})
export type SimulatedLine = Static<typeof SimulatedLine>

const Lines = Type.Array(SimulatedLine, { minItems: 1, maxItems: SIMULATION.queues })

export const NewSimulation = Strict({
  lines: Lines,
  speed: Type.Integer({ minimum: 1, maximum: SIMULATION.speed }),
  minutes: Type.Integer({ minimum: 1, maximum: SIMULATION.minutes }),
})
export type NewSimulation = Static<typeof NewSimulation>

/** What goes wrong at one click; seconds are simulated ones. */
export const NewFault = Type.Union([
  Strict({
    kind: Type.Literal('wifi'),
    /** Of a hundred operators, so many lose their connection. */
    percent: Type.Integer({ minimum: 1, maximum: 100 }),
    backAfterSeconds: Type.Integer({ minimum: 1, maximum: 3_600 }),
  }),
  /** The server that half of the operators are connected to stops; they find another. */
  Strict({ kind: Type.Literal('restart') }),
  /** So many visitors at once, spread over the queues as those who come anyway. */
  Strict({ kind: Type.Literal('burst'), visitors: Type.Integer({ minimum: 1, maximum: 500 }) }),
])
export type NewFault = Static<typeof NewFault>

const Count = Type.Integer({ minimum: 0 })
const Part = Type.Number({ minimum: 0, maximum: 1 })

/** What has been seen of a queue so far; times in simulated seconds. */
export const LineFigures = Type.Object({
  queueId: Id,
  waiting: Count,
  inChat: Count,
  /** Places for one more chat, of operators who may be given one. */
  free: Count,
  arrived: Count,
  answered: Count,
  abandoned: Count,
  /** Came when the line was full. */
  turnedAway: Count,
  /** The part answered within the queue's target, of all who were answered or gave up after it;
   * null: nobody yet. */
  serviceLevel: orNull(Part),
  /** What half, nine of ten and 95 of a hundred answered visitors waited at most; null: nobody yet. */
  waits: orNull(Type.Object({ p50: Type.Number(), p90: Type.Number(), p95: Type.Number() })),
  /** Of all who came and are gone or answered, seconds on average; null: nobody yet. */
  wait: orNull(Type.Number()),
  /** The part of all places that was taken. */
  taken: orNull(Part),
})
export type LineFigures = Static<typeof LineFigures>

/** What theory, or the model, says of a line. */
export const Outlook = Type.Object({
  operators: Count,
  /** The part of all who come that must wait, and the part that gives up. */
  waiting: Part,
  givingUp: Part,
  /** Seconds, on average, of all who come. */
  wait: Type.Number({ minimum: 0 }),
  /** Within the queue's target. */
  serviceLevel: orNull(Part),
})
export type Outlook = Static<typeof Outlook>

export const Foretold = Type.Object({
  queueId: Id,
  /** By Erlang A; null where nobody is there or nobody comes. */
  theory: orNull(Outlook),
  /** By the model: with one operator less, as many, and one more; none where nobody comes. */
  model: Type.Array(Outlook),
})
export type Foretold = Static<typeof Foretold>

/** A moment of the chart: simulated seconds since the beginning, and what there was, of all queues. */
export const SimulationPoint = Type.Object({
  at: Type.Number(),
  waiting: Type.Number(),
  inChat: Type.Number(),
  free: Type.Number(),
})
export type SimulationPoint = Static<typeof SimulationPoint>

export const SimulationFault = Type.Object({
  at: Type.Number(),
  kind: Type.Union([Type.Literal('wifi'), Type.Literal('restart'), Type.Literal('burst')]),
  /** How many it struck or brought. */
  count: Count,
})
export type SimulationFault = Static<typeof SimulationFault>

/** Why a run is over. */
export const SIMULATION_ENDS = [
  /** Somebody stopped it, or its time was up. */
  'stopped',
  'time',
  /** The machine had other work to do. */
  'yielded',
  /** Its server went away. */
  'cut_off',
  'failed',
] as const
export type SimulationEnd = (typeof SIMULATION_ENDS)[number]

/** A run of the simulator, told about once a second. */
export const Simulation = Type.Object({
  id: Id,
  state: Type.Union([Type.Literal('starting'), Type.Literal('running'), Type.Literal('ended')]),
  ended: orNull(Type.Enum(SIMULATION_ENDS)),
  settings: NewSimulation,
  /** The name of whoever started it. */
  by: Type.String(),
  startedAt: Instant,
  endsAt: Instant,
  endedAt: orNull(Instant),
  /** Simulated seconds since the beginning. */
  seconds: Type.Number({ minimum: 0 }),
  /** The operators who are connected now. */
  connected: Count,
  /** In the order of the settings' lines. */
  lines: Type.Array(LineFigures),
  points: Type.Array(SimulationPoint),
  faults: Type.Array(SimulationFault),
  /** By the independent checker, in the sandbox: its looks, and how often a law was broken. */
  proof: Type.Object({
    checks: Count,
    overLimit: Count,
    lost: Count,
    doubled: Count,
    /** Looks in which any law at all was broken. */
    brokenChecks: Count,
  }),
})
export type Simulation = Static<typeof Simulation>

/** A queue that may be simulated, with the numbers of the last seven days where there are any. */
export const SimulatorQueue = Type.Object({
  id: Id,
  name: Type.String(),
  targetSeconds: Type.Integer(),
  line: SimulatedLine,
  /** The chats that the numbers come from; 0: they are guesses. */
  chats: Count,
})
export type SimulatorQueue = Static<typeof SimulatorQueue>

export const Simulator = Type.Object({
  queues: Type.Array(SimulatorQueue),
  /** The newest first; one that is under way is the first. */
  runs: Type.Array(Simulation),
})
export type Simulator = Static<typeof Simulator>

export const simulator = {
  look: endpoint(
    'GET',
    '/api/simulator',
    'setup.manage',
    'The queues that may be simulated, and the last runs; for the whole organisation alone',
    { reply: Simulator },
  ),
  foretell: endpoint(
    'POST',
    '/api/simulator/foretell',
    'setup.manage',
    'What queueing theory and the model say of these numbers; nothing is started',
    { body: Strict({ lines: Lines }), reply: Type.Array(Foretold) },
  ),
  start: endpoint(
    'POST',
    '/api/simulator/runs',
    'setup.manage',
    'Start a run; `simulation_under_way` while there is one, `busy` while the servers have enough to do',
    { body: NewSimulation, reply: Simulation },
  ),
  stop: endpoint('POST', '/api/simulator/runs/:id/stop', 'setup.manage', 'Stop a run', {
    params: ById,
    reply: Nothing,
  }),
  disturb: endpoint(
    'POST',
    '/api/simulator/runs/:id/faults',
    'setup.manage',
    'Let something go wrong in a run; `simulation_over` when it has ended',
    { params: ById, body: NewFault, reply: Nothing },
  ),
}
