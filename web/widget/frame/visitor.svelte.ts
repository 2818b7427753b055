// All that the frame knows and all that the visitor can do: what the screens draw from.
import type { Message } from '#contract/chats.ts'
import type { Hello, SignSeen } from '#contract/frames.ts'
import type { Greeting, OperatorCard, Visit } from '#contract/visitors.ts'
import { ask } from './asking.ts'
import { type Answer, call, isPassing, type No, newId } from './call.ts'
import { chime } from './chime.ts'
import { tell } from './host.ts'
import type { Kept } from './kept.ts'
import { lastAnswerer, type Note, notesOf } from './notes.ts'
import { Outbox, type Taken, type Unsent } from './outbox.ts'
import { chatToShow, mayWrite, type Phase, phaseOf } from './phase.ts'
import { Thread } from './thread.ts'
import { forgetToken, getToken, keptToken } from './token.ts'
import { keepUnsent, keptUnsent } from './unsent.ts'
import type { Wire } from './wire.ts'
import { spoken } from './words.ts'

/** A lost connection is told after so long: most are back before anybody notices. */
const LOST_AFTER_MS = 2000
const TYPING_EVERY_MS = 3000

/** The live connection is fetched when there is a chat to follow; before, nobody needs it. */
const loadWire = () => import('./wire.ts')

export class Visitor {
  readonly siteKey: string
  readonly kept: Kept
  greeting: Greeting = $state.raw({ name: '', colour: '#00727c', language: 'en', welcome: null })
  isReady = $state.raw(false)
  /** Why there is nothing to show. */
  trouble: 'unknown' | 'unreachable' | undefined = $state.raw()
  visit: Visit | undefined = $state.raw()
  messages: readonly Message[] = $state.raw([])
  unsent: readonly Unsent[] = $state.raw([])
  notes: readonly Note[] = $state.raw([])
  isOver = $state.raw(false)
  isLost = $state.raw(false)
  isTyping = $state.raw(false)
  isAsking = $state.raw(false)
  no: No | undefined = $state.raw()
  isOpen = $state.raw(false)
  /** Who answers, or answered last. */
  lastOperator: OperatorCard | undefined = $state.raw()
  readonly phase: Phase = $derived(
    phaseOf({
      ready: this.isReady,
      visit: this.visit,
      wasJoined: this.lastOperator !== undefined,
      sessionOver: this.isOver,
    }),
  )
  /** The page around the frame. */
  page = ''
  #thread: Thread | undefined
  #outbox: Outbox | undefined
  #wire: Wire | undefined
  #lostTimer: ReturnType<typeof setTimeout> | undefined
  #typingTimer: ReturnType<typeof setTimeout> | undefined
  #typedAt = 0
  #seen = 0

  constructor(siteKey: string, kept: Kept) {
    this.siteKey = siteKey
    this.kept = kept
    kept.onElsewhere('chat', () => void this.resume())
  }

  /** Shows the chat that this browser has with the site already, if it has one. */
  async resume(): Promise<Answer<unknown>> {
    const token = keptToken(this.kept)
    const answer: Answer<Visit[]> = token
      ? await call('chats', {}, token)
      : { ok: true, value: [] }
    if (!answer.ok && answer.no.code === 'unauthenticated') forgetToken(this.kept)
    else if (!answer.ok) return answer
    const visit = answer.ok ? chatToShow(answer.value, this.kept.get('chat')) : undefined
    if (visit && token && visit.id !== this.#thread?.chatId) this.#enter(visit, token, [])
    this.isReady = true
    return answer
  }

  /** Begins a chat with what the form holds. True when it has begun. */
  async ask(name: string, email: string, body: string): Promise<boolean> {
    this.isAsking = true
    this.no = undefined
    void loadWire().catch(() => {})
    let asked = await this.#ask(name, email, body)
    if (!asked.ok && asked.no.code === 'unauthenticated') {
      // The kept token is of no use any more: ask once as a new visitor.
      forgetToken(this.kept)
      asked = await this.#ask(name, email, body)
    }
    this.isAsking = false
    if (!asked.ok) this.no = asked.no
    return asked.ok && asked.value
  }

  async #ask(name: string, email: string, body: string): Promise<Answer<boolean>> {
    const token = await getToken(this.kept, this.siteKey, spoken())
    if (!token.ok) return token
    const asked = await ask(this.kept, token.value, { name, email, body, pageUrl: this.page })
    if (!asked.ok) return asked
    const { visit, clientId } = asked.value
    const at = new Date().toISOString()
    const first: Unsent = { clientId, body: asked.value.body, at, state: 'sent', tries: 0 }
    this.kept.set('chat', visit.id)
    this.#enter(visit, token.value, [first])
    return { ok: true, value: asked.value.body === body }
  }

  write(body: string): void {
    this.#outbox?.add({ clientId: newId(), body, at: new Date().toISOString() })
    this.#typedAt = 0
  }

  retry(clientId: string): void {
    this.#outbox?.retry(clientId)
  }

  /** Something was typed: the operator may see it, at most every few seconds. */
  typing(): void {
    if (!this.#thread || Date.now() - this.#typedAt < TYPING_EVERY_MS) return
    this.#typedAt = Date.now()
    this.#wire?.typing(this.#thread.chatScope, this.#thread.chatId)
  }

  /** Ends the chat. False when that did not reach the server. */
  async leave(): Promise<boolean> {
    const thread = this.#thread
    if (!thread) return true
    const answer = await call('leave', { params: { id: thread.chatId } }, keptToken(this.kept))
    if (answer.ok) thread.take(answer.value)
    else this.#refused(answer)
    return answer.ok
  }

  /** Puts an ended chat away. Answers what was written but never arrived. */
  startNew(): string {
    const lost = this.unsent.filter(({ state }) => state !== 'sent').map(({ body }) => body)
    this.#exit()
    this.kept.set('chat', undefined)
    this.isOver = false
    this.visit = undefined
    void call('greet', { params: { key: this.siteKey } }).then((answer) => {
      if (answer.ok) this.greeting = answer.value
    })
    return lost.join('\n')
  }

  opened(page: string): void {
    this.page = page
    this.isOpen = true
    this.#see()
  }

  closed(): void {
    this.isOpen = false
  }

  #enter(visit: Visit, token: string, unsent: Unsent[]): void {
    this.#exit()
    const chatId = visit.id
    this.#seen = Number(this.kept.get(`seen:${chatId}`) ?? 0)
    this.#outbox = new Outbox(this.#outboxParts(chatId, token), [
      ...unsent,
      ...keptUnsent(this.kept, chatId),
    ])
    this.unsent = this.#outbox.messages
    this.#thread = new Thread(chatId, {
      token,
      watch: (scope, since) => this.#wire?.watch(scope, since),
      changed: () => this.#changed(),
      refused: (answer) => this.#refused(answer),
    })
    this.#thread.take(visit)
    this.kept.set('chat', chatId)
    if (visit.state === 'closed') void this.#thread.refresh()
    else void this.#connect(this.#thread, token)
  }

  #outboxParts(chatId: string, token: string): ConstructorParameters<typeof Outbox>[0] {
    return {
      write: async ({ clientId, body }): Promise<Taken> => {
        const answer = await call('write', { params: { id: chatId }, body: { clientId, body } }, token)
        if (answer.ok) return 'taken'
        this.#refused(answer)
        return isPassing(answer.no) ? { later: (answer.no.retryAfter ?? 3) * 1000 } : 'refused'
      },
      keep: (before, unsent) => keepUnsent(this.kept, chatId, before, unsent),
      changed: (messages) => {
        if (this.#thread?.chatId === chatId) this.unsent = messages
      },
      isConnected: () => this.#wire?.isUp === true,
      after: (ms, run) => setTimeout(run, ms),
    }
  }

  async #connect(thread: Thread, token: string): Promise<void> {
    const live = await loadWire().catch(() => undefined)
    if (this.#thread !== thread || this.#wire) return
    if (!live) return this.#withoutWire(thread, token)
    this.#wire = new live.Wire(token, {
      up: (hello) => this.#up(hello),
      down: () => this.#down(),
      scopes: () => thread.watch(),
      frame: (frame) => thread.apply(frame),
      snap: (scope) => thread.snap(scope),
      beat: (positions) => thread.beat(positions),
      sign: (sign) => this.#sign(sign),
      bye: () => this.#end(),
    })
  }

  /** Not even the script came through: say so, and try again until it does. */
  #withoutWire(thread: Thread, token: string): void {
    this.#down()
    setTimeout(() => void this.#connect(thread, token), 5000)
  }

  #up(hello: Hello): void {
    clearTimeout(this.#lostTimer)
    this.#lostTimer = undefined
    this.isLost = false
    this.#thread?.follow(hello.epoch)
    void this.#outbox?.send()
  }

  #down(): void {
    this.isTyping = false
    this.#lostTimer ??= setTimeout(() => {
      this.isLost = true
    }, LOST_AFTER_MS)
    // Where only the socket is blocked, the chat still goes on, at the pace of the attempts.
    void this.#thread?.refresh()
  }

  #sign(sign: SignSeen): void {
    if (sign.kind !== 'typing' || sign.scope !== this.#thread?.chatScope) return
    clearTimeout(this.#typingTimer)
    this.isTyping = sign.holds > 0
    this.#typingTimer = setTimeout(() => {
      this.isTyping = false
    }, sign.holds * 1000)
  }

  #changed(): void {
    const thread = this.#thread
    if (!thread) return
    const newest = this.messages.at(-1)?.seq ?? 0
    this.messages = thread.messages
    this.#outbox?.heard(new Set(this.messages.map((message) => message.clientId)))
    const told = notesOf(this.visit, thread.visit, this.messages.at(-1)?.seq ?? 0)
    if (told.length > 0) this.notes = [...this.notes, ...told]
    this.visit = thread.visit
    this.lastOperator = this.visit?.operator ?? this.lastOperator ?? lastAnswerer(this.messages)
    const answers = this.messages.filter(({ seq, author }) => seq > newest && author === 'operator')
    if (answers.length > 0) this.isTyping = false
    if (newest > 0 && answers.length > 0 && (!this.isOpen || !document.hasFocus())) this.#sound()
    this.#see()
    const isRunning = this.visit !== undefined && mayWrite(this.phase)
    tell({ say: 'running', on: isRunning })
    if (!isRunning) this.#disconnect()
  }

  #sound(): void {
    if (this.kept.get('sound') === 'on') chime()
  }

  /** Counts what is unread, or reads it. */
  #see(): void {
    const thread = this.#thread
    if (!thread) return
    if (this.isOpen) {
      this.#seen = this.messages.at(-1)?.seq ?? this.#seen
      this.kept.set(`seen:${thread.chatId}`, `${this.#seen}`)
    }
    const unread = this.messages.filter(
      ({ seq, author }) => author === 'operator' && seq > this.#seen,
    )
    tell({ say: 'unread', count: unread.length })
  }

  #refused(answer: Answer<unknown>): void {
    if (!answer.ok && answer.no.code === 'unauthenticated') this.#end()
  }

  /** The visitor's session is over: nothing more is sent or heard, all stays on the screen. */
  #end(): void {
    this.isOver = true
    forgetToken(this.kept)
    tell({ say: 'running', on: false })
    this.#disconnect()
  }

  #disconnect(): void {
    this.#wire?.close()
    this.#wire = undefined
    clearTimeout(this.#lostTimer)
    this.#lostTimer = undefined
    this.isLost = false
    this.isTyping = false
  }

  #exit(): void {
    this.#disconnect()
    if (this.#thread) this.kept.set(`seen:${this.#thread.chatId}`, undefined)
    this.#thread?.stop()
    this.#thread = undefined
    this.#outbox?.stop()
    this.#outbox = undefined
    this.messages = []
    this.unsent = []
    this.notes = []
    this.lastOperator = undefined
    tell({ say: 'unread', count: 0 })
  }
}
