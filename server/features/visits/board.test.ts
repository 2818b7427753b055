import { expect, test } from 'vitest'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

async function waitingRoom(people: number) {
  const floor = await furnish(house)
  const waiting = []
  for (let i = 0; i < people; i++) {
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    const page = await visitor.live()
    await page.watch(scope.visit(id))
    const seen = () => page.replica.get('visit', id)
    waiting.push({ visitor, id, page, seen, params: { id } })
  }
  return { floor, waiting }
}

test('QU-15 when one who waits goes, all behind move up within a second', async () => {
  const { waiting } = await waitingRoom(3)
  const [first, second, third] = waiting
  expect(waiting.map(({ seen }) => seen()?.place)).toEqual([1, 2, 3])
  if (!first || !second || !third) throw new Error('nobody waits')
  await first.visitor.call(visitors.leave, { params: first.params })
  await first.page.until(() => first.seen()?.state === 'closed', 500)
  await second.page.until(() => second.seen()?.place === 1, 2_000)
  await third.page.until(() => third.seen()?.place === 2, 2_000)
  for (const { page } of waiting) page.close()
})

test('QU-15 an expected wait is said once somebody is there to answer, as a range', async () => {
  const { floor, waiting } = await waitingRoom(3)
  for (const { seen } of waiting) expect(seen()).toMatchObject({ wait: null, anybodyOnline: false })
  const anna = await floor.operator({ liveLimit: 1 })
  for (const { page, seen } of waiting.slice(1)) {
    const wait = await page.until(() => seen()?.wait, 2_500)
    expect(wait.fromSeconds).toBeLessThan(wait.toSeconds)
    expect(seen()).toMatchObject({ anybodyOnline: true, state: 'waiting' })
  }
  expect(waiting[2]?.seen()?.wait?.toSeconds).toBeGreaterThan(
    waiting[1]?.seen()?.wait?.toSeconds ?? 0,
  )
  anna.page.close()
  for (const { page, seen } of waiting)
    await page.until(() => seen()?.anybodyOnline === false, 2_500)
  for (const { page } of waiting) page.close()
})

test('who is answered sees it at once: the card, no place, no wait', async () => {
  const { floor, waiting } = await waitingRoom(1)
  const [only] = waiting
  if (!only) throw new Error('nobody waits')
  const anna = await floor.operator({ firstName: 'Anna' })
  await anna.answer()
  await only.page.until(() => only.seen()?.state === 'active', 500)
  expect(only.seen()).toEqual({
    id: only.id,
    state: 'active',
    place: null,
    wait: null,
    anybodyOnline: true,
    operator: { name: 'Anna', description: null, photo: null },
    early: null,
    isKept: false,
    isHandedOn: false,
    closedBecause: null,
  })
  expect(only.seen()).toEqual((await only.visitor.call(visitors.chats))[0])
  await anna.call(routing.close, { params: only.params })
  await only.page.until(() => only.seen()?.closedBecause === 'operator', 500)
  only.page.close()
})

test('IN-8 a page that comes back, here or through another server, sees how it stands', async () => {
  const { waiting } = await waitingRoom(2)
  const [first, second] = waiting
  if (!first || !second) throw new Error('nobody waits')
  const at = second.page.replica.position(scope.visit(second.id))
  await first.visitor.call(visitors.leave, { params: first.params })
  await second.page.until(() => second.seen()?.place === 1, 2_000)
  const again = await second.visitor.live()
  const frames: unknown[] = []
  again.socket.on('frame', (frame) => frames.push(frame))
  await again.socket.emitWithAck('watch', { s: scope.visit(second.id), since: at + 5_000 })
  await again.until(() => again.replica.get('visit', second.id)?.place === 1, 1_500)
  expect(again.replica.position(scope.visit(second.id))).toBeGreaterThan(at + 5_000)
  expect(frames).toHaveLength(1)
  again.close()
  for (const { page } of waiting) page.close()
})

test('WS-16 a visitor cannot watch another’s visit', async () => {
  const { waiting } = await waitingRoom(2)
  const [first, second] = waiting
  if (!first || !second) throw new Error('nobody waits')
  for (const s of [scope.visit(second.id), scope.chat(second.id)]) {
    const answer = await first.page.socket.emitWithAck('watch', { s, since: -1 })
    expect(answer).toMatchObject({ ok: false, error: { code: 'not_found' } })
  }
  for (const { page } of waiting) page.close()
})
