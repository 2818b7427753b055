import { expect, test, vi } from 'vitest'
import { Refused } from '#lib/api.ts'
import { WholeDraft } from './whole-draft.svelte.ts'

interface At {
  own: string
  version: number
}

const stale = () => new Refused(409, { code: 'stale', message: 'stale' })

/** A server with one value, and a version that other things share. */
function openServer(at: At) {
  const server = { at }
  const send = vi.fn(async (own: string, version: number): Promise<At> => {
    if (version !== server.at.version) throw stale()
    server.at = { own, version: version + 1 }
    return server.at
  })
  return { server, send, draft: new WholeDraft<string, At>({ fetch: async () => server.at, send }) }
}

test('what is set is shown at once, saved on top of what was seen, and then stands', async () => {
  const { server, draft } = openServer({ own: 'a', version: 1 })
  await draft.load()
  draft.set('b')
  expect([draft.value, draft.isDirty]).toEqual(['b', true])
  expect(await draft.save()).toBe(true)
  expect([draft.value, draft.isDirty, server.at.own]).toEqual(['b', false, 'b'])
})

test('setting what stands is no change', async () => {
  const { draft } = openServer({ own: 'a', version: 1 })
  await draft.load()
  draft.set('b')
  draft.set('a')
  expect(draft.isDirty).toBe(false)
})

test('what somebody else set meanwhile asks; mine is never lost and never silently wins', async () => {
  const { server, draft, send } = openServer({ own: 'a', version: 1 })
  await draft.load()
  draft.set('mine')
  server.at = { own: 'theirs', version: 2 }
  expect(await draft.save()).toBe(false)
  expect([draft.theirs?.value, draft.value, server.at.own]).toEqual(['theirs', 'mine', 'theirs'])
  expect(await draft.save()).toBe(false)
  expect(send).toHaveBeenCalledTimes(1)
  draft.keepMine()
  expect(await draft.save()).toBe(true)
  expect(server.at.own).toBe('mine')
})

test('theirs is taken by giving mine up', async () => {
  const { server, draft } = openServer({ own: 'a', version: 1 })
  await draft.load()
  draft.set('mine')
  server.at = { own: 'theirs', version: 2 }
  await draft.load()
  expect(draft.theirs?.value).toBe('theirs')
  draft.discard()
  expect([draft.value, draft.theirs]).toEqual(['theirs', undefined])
})

test('something else that shares the version is no conflict', async () => {
  const { server, draft } = openServer({ own: 'a', version: 1 })
  await draft.load()
  draft.set('mine')
  server.at = { own: 'a', version: 5 }
  expect(await draft.save()).toBe(true)
  expect(server.at).toEqual({ own: 'mine', version: 6 })
})
