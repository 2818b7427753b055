// What a dialog of a transfer knows: where the chat could go at this moment, what is chosen, and how
// that is asked for.
import type { Chat } from '#contract/routing.ts'
import { transfers as api, type Targets } from '#contract/transfers.ts'
import { call } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { type Option, optionsOf } from './options.ts'

/** What was asked for: a colleague was asked, a person has it, or it waits elsewhere. */
export type Done = 'begun' | 'assigned' | 'moved'

/** How old what is shown may be. */
const FRESH_MS = 2_000

export class Handing {
  readonly #chat: () => Chat
  /** From above: a person is given the chat outright. */
  readonly isAbove: boolean
  targets = $state.raw<Targets>()
  text = $state('')
  freeOnly = $state(false)
  overLimit = $state(false)
  note = $state('')
  isBusy = $state(false)
  trouble = $state.raw<Trouble>()
  #chosen = $state<string>()
  #active = $state<string>()
  /** One id for one wish: asking again after a lost connection is not asking twice. */
  #id = crypto.randomUUID()

  readonly #all = $derived.by(() => this.#options('', false))
  readonly options = $derived.by(() => this.#options(this.text, this.freeOnly))
  readonly chosen = $derived(this.#all.find(({ key }) => key === this.#chosen))
  readonly active = $derived(
    this.options.find(({ key }) => key === this.#active) ??
      this.options.find(({ isOpen }) => isOpen),
  )

  constructor(chat: () => Chat, isAbove: boolean) {
    this.#chat = chat
    this.isAbove = isAbove
  }

  get isHeld(): boolean {
    return this.#chat().state === 'active'
  }

  /** What was chosen stands for a person who has as many as they may: it must be meant. */
  get isOver(): boolean {
    const person = this.chosen?.person
    return this.isAbove && person !== undefined && person.used >= person.limit
  }

  get isReady(): boolean {
    return this.chosen?.isOpen === true && (!this.isOver || this.overLimit)
  }

  /** Keeps what is shown fresh until told to stop. */
  watch(): () => void {
    const timer = setInterval(() => void this.#look(), FRESH_MS)
    void this.#look()
    return () => clearInterval(timer)
  }

  move(step: 1 | -1): void {
    const at = this.options.findIndex(({ key }) => key === this.active?.key)
    const next = Math.min(this.options.length - 1, Math.max(0, at + step))
    this.#active = this.options[next]?.key
  }

  choose({ key }: Option): void {
    this.#chosen = key
    this.#active = key
    this.overLimit = false
    this.trouble = undefined
  }

  /** Asks for what is chosen; undefined when that was refused, and `trouble` says why. */
  async send(): Promise<Done | undefined> {
    const { chosen } = this
    if (!chosen || this.isBusy || !this.isReady) return undefined
    this.isBusy = true
    this.trouble = undefined
    try {
      return await this.#ask(chosen)
    } catch (error) {
      this.trouble = troubleOf(error)
      if (this.trouble.code !== 'unreachable') this.#id = crypto.randomUUID()
      void this.#look()
      return undefined
    } finally {
      this.isBusy = false
    }
  }

  async #ask({ kind, id }: Option): Promise<Done> {
    const params = { id: this.#chat().id }
    const said = this.note.trim()
    const wish = { id: this.#id, ...(said !== '' && { note: said }) }
    if (this.isAbove && kind === 'operator') {
      const body = { ...wish, userId: id, ...(this.overLimit && { overLimit: true }) }
      await call(api.assign, { params, body })
      return 'assigned'
    }
    if (this.isAbove && !this.isHeld) {
      await call(api.move, { params, body: { ...wish, queueId: id } })
      return 'moved'
    }
    await call(api.begin, { params, body: { ...wish, to: { kind, id } } })
    return 'begun'
  }

  async #look(): Promise<void> {
    try {
      this.targets = await call(api.targets, { params: { id: this.#chat().id } })
      if (this.trouble?.code === 'unreachable') this.trouble = undefined
    } catch (error) {
      // What is known stays on the screen; without any the dialog says why.
      if (this.targets === undefined) this.trouble = troubleOf(error)
    }
  }

  #options(text: string, freeOnly: boolean): Option[] {
    if (this.targets === undefined) return []
    const { isAbove, isHeld } = this
    const options = optionsOf(this.targets, { text, freeOnly, isAbove, isHeld })
    // A chat that waits is in its queue already.
    const own = this.isHeld ? undefined : `queue:${this.#chat().queueId}`
    return options.filter(({ key }) => key !== own)
  }
}
