import { afterEach, expect, test, vi } from 'vitest'
import { LimitDraft, theirsOf } from './limit-draft.svelte.ts'
import { RecentEditors } from './recent-editors.ts'

const at = '2026-01-01T09:00:00.000Z'
const five = { limit: 5, version: 3 }
const sent: unknown[] = []

/** The server's next answers, in order; an answer may wait for the test. */
function answers(...replies: { status: number; body: unknown; after?: Promise<unknown> }[]) {
  vi.stubGlobal('fetch', async (_: string, request: RequestInit) => {
    sent.push(JSON.parse(String(request.body)))
    const reply = replies.shift()
    await reply?.after
    return new Response(JSON.stringify(reply?.body), { status: reply?.status ?? 500 })
  })
}

const set = (limit: number, version: number) => ({
  status: 200,
  body: { userId: 'u', kind: 'live', limit, version },
})
const stale = (value: number, version: number, by: string | null) => ({
  status: 409,
  body: {
    error: { code: 'stale', message: '', field: 'limit', theirs: { value, by, at, version } },
  },
})

function opened(typed?: number): LimitDraft {
  const draft = new LimitDraft('u', 'live')
  draft.meet(five)
  draft.open('tile', five)
  if (typed !== undefined) draft.value = typed
  return draft
}

afterEach(() => {
  vi.unstubAllGlobals()
  sent.length = 0
})

test('a limit is sent with the version that was seen, and shows at once', async () => {
  answers(set(6, 4))
  const draft = opened(6)
  const change = draft.commit()
  expect(draft.shown(5)).toBe(6)
  expect(draft.place).toBeUndefined()
  expect(await change).toEqual({ before: 5, limit: 6, version: 4 })
  expect(sent).toEqual([{ kind: 'live', limit: 6, version: 3 }])
})

test('my value stays on the screen until the row itself says so', async () => {
  answers(set(6, 4))
  const draft = opened(6)
  await draft.commit()
  expect(draft.isSaving).toBe(true)
  expect(draft.shown(5)).toBe(6)
  draft.meet({ limit: 6, version: 4 })
  expect(draft.isSaving).toBe(false)
})

test('a row that overtakes the answer ends the saving, too', async () => {
  let come = () => {}
  const after = new Promise<void>((resolve) => {
    come = resolve
  })
  answers({ ...set(6, 4), after })
  const draft = opened(6)
  const change = draft.commit()
  draft.meet({ limit: 6, version: 4 })
  expect(draft.isSaving).toBe(true)
  come()
  await change
  expect(draft.isSaving).toBe(false)
})

test('nothing is sent when nothing was changed', async () => {
  answers()
  const draft = opened()
  expect(await draft.commit()).toBeUndefined()
  expect(draft.place).toBeUndefined()
  expect(sent).toEqual([])
})

test.each([undefined, -1, 101, 2.5])(
  '%s is not a limit: the field stays, and says so',
  async (n) => {
    const draft = opened()
    draft.value = n
    await draft.commit()
    expect(draft.isOutOfRange).toBe(true)
    expect(draft.place).toBe('tile')
  },
)

test('another value comes into a field that nobody has typed in', () => {
  const draft = opened()
  draft.meet({ limit: 7, version: 4 }, 'Umut')
  expect(draft.value).toBe(7)
  expect(draft.conflict).toBeUndefined()
})

test('what is typed stays, and the other value stands beside it with its name', async () => {
  answers()
  const draft = opened(8)
  draft.meet({ limit: 7, version: 4 }, 'Umut')
  expect(draft.value).toBe(8)
  expect(draft.conflict).toMatchObject({ limit: 7, version: 4, by: 'Umut' })
  expect(await draft.commit()).toBeUndefined()
  expect(sent).toEqual([])
})

test('keeping mine sets it on top of theirs', async () => {
  answers(set(8, 5))
  const draft = opened(8)
  draft.meet({ limit: 7, version: 4 })
  expect(await draft.keepMine()).toEqual({ before: 7, limit: 8, version: 5 })
  expect(sent).toEqual([{ kind: 'live', limit: 8, version: 4 }])
})

test('using theirs sends nothing', () => {
  const draft = opened(8)
  draft.meet({ limit: 7, version: 4 })
  draft.useTheirs()
  expect(draft.place).toBeUndefined()
  expect(draft.shown(7)).toBe(7)
})

test('typing what the other has set is an agreement', async () => {
  answers()
  const draft = opened(8)
  draft.meet({ limit: 7, version: 4 })
  draft.value = 7
  expect(draft.conflict).toBeUndefined()
  expect(await draft.commit()).toBeUndefined()
  expect(sent).toEqual([])
})

test('a refusal as stale opens the field again with mine, and names who came first', async () => {
  answers(stale(7, 4, 'Umut Demir'), set(8, 5))
  const draft = opened(8)
  expect(await draft.commit()).toBeUndefined()
  expect(draft.place).toBe('tile')
  expect(draft.value).toBe(8)
  expect(draft.conflict).toMatchObject({ limit: 7, version: 4, by: 'Umut Demir' })
  expect(await draft.keepMine()).toEqual({ before: 7, limit: 8, version: 5 })
})

test('two who set the same value do not disagree', async () => {
  answers(stale(8, 4, 'Umut Demir'))
  const draft = opened(8)
  await draft.commit()
  expect(draft.place).toBeUndefined()
  expect(draft.conflict).toBeUndefined()
})

test('what fails is explained in the field, with what was typed, and can be tried again', async () => {
  answers({ status: 503, body: { error: { code: 'busy', message: '' } } }, set(8, 4))
  const draft = opened(8)
  await draft.commit()
  expect(draft.trouble?.code).toBe('busy')
  expect(draft.value).toBe(8)
  expect(draft.shown(5)).toBe(5)
  expect(await draft.commit()).toMatchObject({ limit: 8 })
})

test('other errors have no theirs', () => {
  expect(theirsOf(new Error('broken'))).toBeUndefined()
})

test('a change is put down to whoever is alone in the field, or just was', () => {
  let now = 0
  const recent = new RecentEditors(() => now)
  expect(recent.only()).toBeUndefined()
  const leaves = recent.see([{ id: 'u', name: 'Umut', photo: null }])
  expect(recent.only()).toBe('Umut')
  leaves()
  now = 3_999
  expect(recent.only()).toBe('Umut')
  now = 4_001
  expect(recent.only()).toBeUndefined()
})

test('with two in the field nobody can say which of them it was', () => {
  const recent = new RecentEditors(() => 0)
  recent.see([
    { id: 'u', name: 'Umut', photo: null },
    { id: 'v', name: 'Vera', photo: null },
  ])
  expect(recent.only()).toBeUndefined()
})
