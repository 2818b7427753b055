// The one sentence with which an explanation begins.
import type { Strategy } from '#contract/queues.ts'
import type { WhyChat, WhyOperator } from '#contract/why.ts'
import { duration, epochMs } from '#lib/clock.svelte.ts'
import { formatDateTime, formatList, t } from '#lib/words.ts'
import { type Group, groupsOf, groupText, type Known, reasonText } from './groups.ts'

const someone = (name: string | null) => name ?? t('why.somebody')

type Rule =
  | Strategy
  | 'picked'
  | 'last_served'
  | 'longest_waiting'
  | 'rang_together'
  | 'transfer'
  | 'assigned'
  | 'woken'
  | 'woken_over'
  | 'returned'
  | 'taken_back'
const RULES: Readonly<Record<Rule, `why.rule.${Rule}`>> = {
  longest_idle: 'why.rule.longest_idle',
  least_loaded: 'why.rule.least_loaded',
  round_robin: 'why.rule.round_robin',
  fewest_today: 'why.rule.fewest_today',
  most_full: 'why.rule.most_full',
  ring_all: 'why.rule.ring_all',
  manual_pick: 'why.rule.manual_pick',
  picked: 'why.rule.picked',
  last_served: 'why.rule.last_served',
  longest_waiting: 'why.rule.longest_waiting',
  rang_together: 'why.rule.rang_together',
  transfer: 'why.rule.transfer',
  assigned: 'why.rule.assigned',
  woken: 'why.rule.woken',
  woken_over: 'why.rule.woken_over',
  returned: 'why.rule.returned',
  taken_back: 'why.rule.taken_back',
}
const isRule = (rule: string): rule is Rule => rule in RULES

/** Why somebody of several, in words; undefined for a rule that this page does not know yet. */
export function ruleText(rule: string): string | undefined {
  return isRule(rule) ? t(RULES[rule]) : undefined
}

/** Why a chat waits, or with whom it is and why. `now` is epoch milliseconds. */
export function chatHeadline(chat: WhyChat, now: number): string {
  if (chat.state === 'offered') return offered(chat, now)
  if (chat.state === 'active') return active(chat)
  if (chat.state === 'closed') return closed(chat)
  if (chat.parked) return parked(chat.parked)
  if (chat.state === 'early') return early(chat)
  const rings = chat.rings ? ` ${t('why.lead.rings')}` : ''
  return waiting(chat, now) + rings
}

function early({ queue, opensAt }: WhyChat): string {
  const name = queue?.name ?? t('why.queue')
  return opensAt === null
    ? t('why.lead.closed-long', { queue: name })
    : t('why.lead.closed-until', { queue: name, time: formatDateTime(opensAt) })
}

function offered({ offer, next }: WhyChat, now: number): string {
  const left = duration(offer ? epochMs(offer.endsAt) - now : 0)
  const first = t('why.lead.offered', { name: someone(offer?.name ?? null), left })
  const then = next
    ? t('why.lead.offered.next', { name: someone(next.name) })
    : t('why.lead.offered.nobody')
  return `${first} ${then}`
}

function active({ assignments }: WhyChat): string {
  const holding = assignments.findLast(({ state }) => state === 'active')
  const name = someone(holding?.name ?? null)
  const rule = holding && ruleText(holding.rule)
  return rule ? t('why.lead.active.rule', { name, rule }) : t('why.lead.active', { name })
}

/** Why a chat that is parked does not move, and what will move it. */
function parked({ name, because, isOwed, wakeTo, until }: NonNullable<WhyChat['parked']>): string {
  const who = someone(name)
  const time = until === null ? '' : formatDateTime(until)
  return [
    t(`why.parked.${because}`, { name: who }),
    isOwed ? t('why.parked.owed') : '',
    t(`why.parked.wakes.${wakeTo}`, { name: who }),
    until === null ? '' : t(isOwed ? 'why.parked.queue' : 'why.parked.ends', { time }),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

function closed({ assignments, endedAt }: WhyChat): string {
  const time = endedAt === null ? '' : formatDateTime(endedAt)
  const last = assignments.findLast(({ acceptedAt }) => acceptedAt !== null)
  if (last === undefined) return t('why.lead.closed.never', { time })
  const name = someone(last.name)
  const rule = ruleText(last.rule)
  const had = rule ? t('why.lead.had.rule', { name, rule }) : t('why.lead.had', { name })
  return `${had} ${t('why.lead.closed', { time })}`
}

function waiting(chat: WhyChat, now: number): string {
  const { next } = chat
  if (next) {
    const rule = ruleText(next.rule)
    const name = someone(next.name)
    return rule ? t('why.lead.next.rule', { name, rule }) : t('why.lead.next', { name })
  }
  const queue = chat.queue?.name ?? t('why.queue')
  const groups = groupsOf(chat)
  if (groups.length === 0) return t('why.lead.nobody', { queue })
  const list = formatList(groups.map(groupText))
  const { heldFor } = chat
  if (heldFor) {
    const left = duration(epochMs(heldFor.until) - now)
    return t('why.lead.held', { name: someone(heldFor.name), left, list })
  }
  return t(`why.lead.${standsInTheWay(groups)}`, { queue, list })
}

/** What each reason comes to for the chat, from the nearest to it. */
const WAYS = [
  ['passed', ['excluded']],
  ['by-hand', ['by_hand']],
  ['room', ['at_limit', 'units_full', 'at_queue_limit', 'cooling_down', 'wrap_up']],
  ['skills', ['lacks_skill']],
  ['kind', ['kind_not_accepted']],
  ['shift', ['off_shift']],
  ['joined', ['not_joined', 'outside']],
] as const satisfies [string, Known[]][]
/** Several of these at once cannot be said in one of the sentences. */
const NEAR = 4

function standsInTheWay(groups: readonly Group[]) {
  const fits = WAYS.map(([way, reasons]) => ({
    way,
    isHere: groups.some(({ reason }) => reasons.some((one) => one === reason)),
  }))
  if (groups.some(({ reason }) => reason === 'unknown' || reason === null)) return 'mixed'
  if (fits.slice(0, NEAR).filter(({ isHere }) => isHere).length > 1) return 'mixed'
  return fits.find(({ isHere }) => isHere)?.way ?? 'available'
}

/** Why an operator is given nothing of what waits. */
export function operatorHeadline({ name, queues }: WhyOperator): string {
  if (queues.length === 0) return t('why.operator.no-queue', { name })
  const busy = queues.flatMap(({ waiting: n, first }) => (first && n > 0 ? [{ n, first }] : []))
  if (busy.length === 0) return t('why.operator.nothing', { name })
  if (busy.some(({ first }) => first.operator.isNext)) return t('why.lead.next', { name })
  const reasons = new Set(busy.map(({ first }) => reasonText(first.operator.ruledOutBy)))
  return t('why.operator.ruled-out', {
    name,
    n: busy.reduce((sum, { n }) => sum + n, 0),
    why: formatList([...reasons]),
  })
}
