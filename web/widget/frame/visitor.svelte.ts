// All that the frame knows and all that the visitor can do: what the screens draw from.
import type { Message } from '#contract/chats.ts'
import type { Hello, SignSeen } from '#contract/frames.ts'
import type { Greeting, OperatorCard, Visit } from '#contract/visitors.ts'
import { ask } from './asking.ts'
import { type Answer, call, type No, newId } from './call.ts'
import { chime } from './chime.ts'
import { UNKNOWN } from './door.ts'
import { tell } from './host.ts'
import type { Kept } from './kept.ts'
import { lastAnswerer, type Note, notesOf } from './notes.ts'
import type { Outbox, Unsent } from './outbox.ts'
import { chatToShow, mayWrite, type Phase, phaseOf } from './phase.ts'
import { Reading } from './reading.ts'
import { openOutbox } from './sending.ts'
import { Signals } from './signals.svelte.ts'
import { Thread } from './thread.ts'
import { forgetToken, getToken, keptToken } from './token.ts'
import { Typed } from './typed.svelte.ts'
import type { Wire } from './wire.ts'
import { spoken } from './words.ts'

/** The live connection is fetched when there is a chat to follow; before, nobody needs it. */
const loadWire = () => import('./wire.ts')

export class Visitor {
  readonly siteKey: string
  readonly kept: Kept
  readonly typed: Typed
  greeting: Greeting = $state.raw(UNKNOWN)
  isReady = $state.raw(false)
  /** Why there is nothing to show. */
  trouble: 'unknown' | 'unreachable' | undefined = $state.raw()
  visit: Visit | undefined = $state.raw()
  messages: readonly Message[] = $state.raw([])
  unsent: readonly Unsent[] = $state.raw([])
  notes: readonly Note[] = $state.raw([])
  isOver = $state.raw(false)
  readonly signals = new Signals()
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
  page = ''
  #thread: Thread | undefined
  #outbox: Outbox | undefined
  #wire: Wire | undefined
  #reading: Reading | undefined

  constructor(siteKey: string, kept: Kept) {
    this.siteKey = siteKey
    this.kept = kept
    this.typed = new Typed(kept)
    kept.onElsewhere('chat', () => void this.resume())
  }

  /** Shows the chat that this browser has with the site already, if it has one. */
  async resume(): Promise<Answer<unknown>> {
    const token = keptToken(this.kept)
    const answer: Answer<Visit[]> = token ? await call('chats', {}, token) : { ok: true, value: [] }
    if (!answer.ok && answer.no.code === 'unauthenticated') forgetToken(this.kept)
    else if (!answer.ok) return answer
    const visit = answer.ok ? chatToShow(answer.value, this.kept.get('chat')) : undefined
    if (visit && token && visit.id !== this.#thread?.chatId) this.#enter(visit, token, [])
    this.isReady = true
    return answer
  }

  /** Begins a chat with what was typed. */
  async ask(): Promise<void> {
    this.isAsking = true
    this.no = undefined
    void loadWire().catch(() => {})
    let asked = await this.#ask()
    if (!asked.ok && asked.no.code === 'unauthenticated') {
      // The kept token is of no use any more: ask once as a new visitor.
      forgetToken(this.kept)
      asked = await this.#ask()
    }
    this.isAsking = false
    if (asked.ok) return
    this.no = asked.no
    if (asked.no.code === 'contact_needed') await this.look()
  }

  async #ask(): Promise<Answer<unknown>> {
    const { name, email, draft } = this.typed
    const typed = { name: name.trim(), email: email.trim(), body: draft.trim() }
    const token = await getToken(this.kept, this.siteKey, spoken())
    if (!token.ok) return token
    const asked = await ask(this.kept, token.value, { ...typed, pageUrl: this.page })
    if (!asked.ok) return asked
    const { visit, clientId, body } = asked.value
    const at = new Date().toISOString()
    this.#enter(visit, token.value, [{ clientId, body, at, state: 'sent', tries: 0 }])
    // When an earlier try had arrived after all, a text that was changed since is still to be sent.
    if (body === typed.body) this.typed.draft = ''
    return asked
  }

  /** Sends the draft. */
  write(): void {
    const body = this.typed.draft.trim()
    this.#outbox?.add({ clientId: newId(), body, at: new Date().toISOString() })
    this.typed.draft = ''
    this.signals.told()
  }

  retry(clientId: string): void {
    this.#outbox?.retry(clientId)
  }

  /** Something was typed: the operator may see it, at most every few seconds. */
  typing(): void {
    if (this.#thread && this.signals.mayTell())
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

  /** Puts an ended chat away; what was written but never arrived goes into the new one's draft. */
  startNew(): void {
    const lost = this.unsent.filter(({ state }) => state !== 'sent').map(({ body }) => body)
    this.typed.draft = [...lost, this.typed.draft].filter((text) => text !== '').join('\n')
    this.#reading?.forget()
    this.#exit()
    this.kept.set('chat', undefined)
    this.isOver = false
    void this.look()
  }

  /** Whether the site is open now. */
  async look(): Promise<void> {
    const answer = await call('greet', { params: { key: this.siteKey } })
    if (answer.ok) this.greeting = answer.value
  }

  opened(page: string): void {
    this.page = page
    this.isOpen = true
    this.#see()
  }

  closed(): void {
    this.isOpen = false
  }

  #enter(visit: Visit, token: string, sent: readonly Unsent[]): void {
    this.#exit()
    const chatId = visit.id
    this.#reading = new Reading(this.kept, chatId)
    this.#outbox = openOutbox({
      id: chatId,
      token,
      kept: this.kept,
      sent,
      changed: (messages) => {
        if (this.#thread?.chatId === chatId) this.unsent = messages
      },
      refused: (answer) => this.#refused(answer),
      isConnected: () => this.#wire?.isUp === true,
    })
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

  async #connect(thread: Thread, token: string): Promise<void> {
    const live = await loadWire().catch(() => undefined)
    if (this.#thread !== thread || this.#wire || !mayWrite(this.phase)) return
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
    this.signals.up()
    this.#thread?.follow(hello.epoch)
    void this.#outbox?.send()
  }

  #down(): void {
    this.signals.down()
    // Where only the socket is blocked, the chat still goes on, at the pace of the attempts.
    void this.#thread?.refresh()
  }

  #sign(sign: SignSeen): void {
    // Everybody who watches the chat hears every sign, the visitor's own windows too.
    if (sign.scope !== this.#thread?.chatScope || sign.by.id === 'visitor') return
    if (sign.kind !== 'typing' && sign.kind !== 'ended') return
    this.signals.typing(sign.holds)
  }

  #changed(): void {
    const thread = this.#thread
    if (!thread) return
    const before = this.messages
    this.messages = thread.messages
    this.#outbox?.heard(new Set(this.messages.map((message) => message.clientId)))
    const told = notesOf(this.visit, thread.visit, this.messages.at(-1)?.seq ?? 0)
    if (told.length > 0) this.notes = [...this.notes, ...told]
    this.visit = thread.visit
    this.lastOperator = this.visit?.operator ?? this.lastOperator ?? lastAnswerer(this.messages)
    this.#hearAnswers(before.at(-1)?.seq ?? 0)
    this.#see()
    const isRunning = mayWrite(this.phase)
    tell({ say: 'running', on: isRunning })
    if (isRunning || !this.#wire) return
    // The end and the last words travel apart: fetch what the closed connection may not have brought.
    this.#disconnect()
    void thread.refresh()
  }

  /** Answers above a seq are new; those that were there when the chat was opened make no sound. */
  #hearAnswers(newest: number): void {
    const isNew = this.messages.some(({ seq, author }) => seq > newest && author === 'operator')
    if (!isNew) return
    this.signals.typing(0)
    const isLooking = this.isOpen && document.hasFocus()
    if (newest > 0 && !isLooking && this.typed.hasSound) chime()
  }

  /** Counts what is unread, or reads it. */
  #see(): void {
    tell({ say: 'unread', count: this.#reading?.see(this.messages, this.isOpen) ?? 0 })
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
    this.signals.up()
    this.signals.typing(0)
  }

  #exit(): void {
    this.#disconnect()
    this.#thread?.stop()
    this.#thread = undefined
    this.#outbox?.stop()
    this.#outbox = undefined
    this.visit = undefined
    this.messages = []
    this.unsent = []
    this.notes = []
    this.lastOperator = undefined
    tell({ say: 'unread', count: 0 })
  }
}
