// The demo's visitors: each asks one question, replies to what is written, and leaves when it takes
// too long.
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../client/http.ts'
import { between, pause } from './chance.ts'
import { line } from './lines.ts'

const PATIENCE_MS = 180_000

/** One visit, from the question to its end. */
export async function visit(url: string, siteKey: string, ended: AbortSignal): Promise<void> {
  const { token } = await caller(() => url).call(visitors.begin, { body: { siteKey } })
  const page = caller(() => url, { token })
  const id = crypto.randomUUID()
  await page.call(visitors.ask, {
    body: { id, clientId: crypto.randomUUID(), name: line('visitor'), body: line('question') },
  })
  const impatientAt = Date.now() + between(PATIENCE_MS / 2, PATIENCE_MS)
  let answered = 0
  while (!ended.aborted) {
    await pause(between(3_000, 9_000), ended)
    if (ended.aborted) return
    const mine = (await page.call(visitors.chats)).find((one) => one.id === id)
    if (!mine || mine.state === 'closed') return
    if (mine.state === 'waiting' && Date.now() > impatientAt) {
      await page.call(visitors.leave, { params: { id } })
      return
    }
    answered = await reply(page, id, answered)
  }
}

/** Replies when the operator has written since; gives how often they have. */
async function reply(page: Caller, id: string, answered: number): Promise<number> {
  const said = await page.call(visitors.messages, { params: { id } })
  const heard = said.filter((message) => message.author === 'operator').length
  if (heard > answered) {
    const body = { clientId: crypto.randomUUID(), body: line('reply') }
    await page.try(visitors.write, { params: { id }, body })
  }
  return heard
}
