// Beginning a chat so that it begins once: its ids are kept before it is sent, and when the answer
// was lost the next try first looks whether the chat is there already.
import type { Visit } from '#contract/visitors.ts'
import { type Answer, call, newId } from './call.ts'
import type { Kept } from './kept.ts'

export interface Question {
  name: string
  email: string
  body: string
  pageUrl: string
}

export interface Asked {
  visit: Visit
  clientId: string
  /** What the server has as the first message; not what was asked, when an earlier try had arrived. */
  body: string
}

function pending(kept: Kept): { id: string; clientId: string; body: string } | undefined {
  const [id, clientId, ...body] = (kept.get('asking') ?? '').split(' ')
  return id && clientId ? { id, clientId, body: body.join(' ') } : undefined
}

/** Asks once, or again under the same ids. */
export async function ask(
  kept: Kept,
  token: string,
  { name, email, body, pageUrl }: Question,
): Promise<Answer<Asked>> {
  const before = pending(kept)
  if (before) {
    const found = await find(before.id, token)
    if (!found.ok) return found
    if (found.value) return done(kept, { ...before, visit: found.value })
  }
  const { id, clientId } = before ?? { id: newId(), clientId: newId() }
  kept.set('asking', `${id} ${clientId} ${body}`)
  const answer = await call(
    'ask',
    {
      body: {
        id,
        clientId,
        body,
        ...(name && { name }),
        ...(email && { email }),
        ...(pageUrl && { pageUrl }),
      },
    },
    token,
  )
  return answer.ok ? done(kept, { visit: answer.value, clientId, body }) : answer
}

async function find(id: string, token: string): Promise<Answer<Visit | undefined>> {
  const answer = await call('chats', {}, token)
  return answer.ok ? { ok: true, value: answer.value.find((visit) => visit.id === id) } : answer
}

function done(kept: Kept, asked: Asked): Answer<Asked> {
  kept.set('asking', undefined)
  return { ok: true, value: asked }
}
