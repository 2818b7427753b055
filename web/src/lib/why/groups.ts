// Those who were considered, by what rules them out, and what is said of each.
import { BUILT_IN_ROLES } from '#contract/permissions.ts'
import {
  CHECK_OF,
  type Check,
  type Considered,
  type LimitingRole,
  REASONS,
  type Reason,
  type WhyChat,
} from '#contract/why.ts'
import { formatDateTime, formatList, formatTime, t } from '#lib/words.ts'

/** `null`: nothing rules them out. A reason that this page does not know yet is `unknown`. */
export type Known = Reason | 'unknown' | null

export interface Group {
  reason: Known
  operators: readonly Considered[]
  /** With those who are not listed. */
  n: number
}

export function known(reason: string | null): Known {
  if (reason === null) return null
  return REASONS.find((one) => one === reason) ?? 'unknown'
}

/** Who could take it first, then who is the nearest to it: the last thing that is looked at fails. */
export function groupsOf({ operators, others }: Pick<WhyChat, 'operators' | 'others'>): Group[] {
  const order: readonly Known[] = [null, ...REASONS.toReversed(), 'unknown']
  const of = Map.groupBy(operators, ({ ruledOutBy }) => known(ruledOutBy))
  return order.flatMap((reason) => {
    const here = of.get(reason) ?? []
    const unlisted = others.filter(({ ruledOutBy }) => known(ruledOutBy) === reason)
    const n = here.length + unlisted.reduce((sum, one) => sum + one.n, 0)
    return n > 0 ? [{ reason, operators: here, n }] : []
  })
}

/** What a group is called: `3 at their limit`. */
export function groupText({ reason, n }: Pick<Group, 'reason' | 'n'>): string {
  return t(`why.reason.${reason ?? 'none'}`, { n })
}

/** What somebody is, in a word or two: `at the limit`. */
export function reasonText(reason: string | null): string {
  const word = known(reason)
  return word === null ? '' : t(`why.is.${word}`)
}

/** What is known of somebody for the chat: first of what rules them out, then of what else would. */
export function factsOf(one: Considered): string[] {
  const word = known(one.ruledOutBy)
  const main = word === null || word === 'unknown' ? null : CHECK_OF[word]
  const also = one.fails
    .filter(({ check }) => check !== main)
    .map(({ check }) => failText(check, one))
  return [
    ...(main === null ? [] : detailsOf(main, one)),
    ...(also.length > 0 ? [t('why.also', { list: formatList(also) })] : []),
  ]
}

/** What there is to say beyond the word itself. */
function detailsOf(check: Check, one: Considered): string[] {
  if (check === 'skills') return one.lacks.map(lackText)
  if (check === 'status')
    return [t('why.since', { what: reasonText(one.availability), time: formatTime(one.since) })]
  if (check === 'connection' && one.connection === 'reconnecting')
    return [t('shell.status.reconnecting')]
  if (check === 'units') return unitsOf(one)
  if (check === 'queue_limit') return ofQueueOf(one)
  if (check === 'shift') return shiftOf(one)
  if (check !== 'limit') return []
  return [...byRole(one.limit, one.byRole), ...(one.offerEndsAt === null ? [] : [t('why.offer')])]
}

/** When it is their turn: that may be tomorrow, which no countdown says. */
function shiftOf({ fails }: Considered): string[] {
  const at = fails.find(({ check }) => check === 'shift')?.changesAt
  return at ? [t('why.shift.from', { time: formatDateTime(at) })] : []
}

/** How many chats of the queue somebody holds, of how many it lets them. */
function ofQueueOf({ ofQueue }: Considered): string[] {
  return ofQueue === null ? [] : [t('why.of-queue', ofQueue)]
}

/** That a role says so, whatever is set for them. Those that everybody knows have names in no language
 * here: they are "a role". */
function byRole(most: number, role: LimitingRole | null): string[] {
  if (role === null) return []
  return BUILT_IN_ROLES.some((key) => key === role.key)
    ? [t('why.by-role.built-in', { n: most })]
    : [t('why.by-role', { n: most, role: role.name })]
}

/** How many such chats somebody may really hold now, and that it is their units that say so. */
function unitsOf({ used, limit, units, usedOther: n }: Considered): string[] {
  if (units === null) return []
  const left = Math.max(0, Math.floor((units.limit - units.used) / units.needed))
  const effective = Math.min(limit, used + left)
  const said = { effective, limit, used: units.used, most: units.limit }
  const all = n === 0 ? t('why.units.alone', said) : t('why.units', { ...said, n })
  return [
    all,
    ...byRole(units.limit, units.byRole),
    ...(units.needed > 1 ? [t('why.units.needed', { n: units.needed })] : []),
  ]
}

function lackText({
  name: skill,
  asked: level,
  held,
  relaxesAt,
}: Considered['lacks'][number]): string {
  if (relaxesAt === null)
    return held === 0
      ? t('why.lacks.always', { skill, level })
      : t('why.lacks.less', { skill, level, held })
  const time = formatTime(relaxesAt)
  return held === 0
    ? t('why.lacks.until', { skill, level, time })
    : t('why.lacks.less.until', { skill, level, held, time })
}

const WORDS = {
  hours: 'closed_until',
  connection: 'not_connected',
  answering: 'not_answering',
  takes_part: 'outside',
  joined: 'not_joined',
  shift: 'off_shift',
  accepts: 'kind_not_accepted',
  wrap_up: 'wrap_up',
  limit: 'at_limit',
  units: 'units_full',
  queue_limit: 'at_queue_limit',
  cooldown: 'cooling_down',
  hold: 'held_for_another',
  exclusion: 'excluded',
} as const satisfies Record<Exclude<Check, 'sort' | 'status' | 'skills'>, Reason>

function failText(check: Check, one: Considered): string {
  if (check === 'skills') return formatList(one.lacks.map(lackText))
  if (check === 'status') return reasonText(one.availability)
  if (check === 'sort') return t('why.is.tests_only')
  return reasonText(WORDS[check])
}

/** When what rules somebody out changes by itself, and what happens then; undefined: it does not. */
export function changeOf(one: Considered): { at: string; text: string } | undefined {
  const word = known(one.ruledOutBy)
  const main = word === null || word === 'unknown' ? null : CHECK_OF[word]
  const fail = one.fails.find(({ check }) => check === main)
  const key = CHANGES.find((check) => check === main)
  if (fail?.changesAt == null || key === undefined) return undefined
  return { at: fail.changesAt, text: t(`why.changes.${key}`) }
}

const CHANGES = [
  'hours',
  'shift',
  'skills',
  'wrap_up',
  'limit',
  'units',
  'queue_limit',
  'cooldown',
  'hold',
  'exclusion',
] as const satisfies Check[]
