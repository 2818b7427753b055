// The tag on a customer's page: a button, and on the first sign of interest the frame with the chat.
// Everything else happens in the frame, where the page cannot reach it.
import { type FromLoader, marked, readFromFrame } from '../bridge.ts'
import { Drawn, type Tag } from './button.ts'
import {
  append,
  attribute,
  bodyOf,
  currentScript,
  focus,
  idle,
  listen,
  windowOf,
} from './intrinsics.ts'
import { recall, remember } from './memory.ts'

/** What a page may listen for with `Switchboard('on', ...)`; `unread` comes with the count. */
type Happening = 'opened' | 'closed' | 'unread' | 'started' | 'ended'
type Command = readonly unknown[]

/** What the tag says; undefined when it carries no key. */
function readTag(script: Element): Tag | undefined {
  const key = attribute(script, 'data-key') ?? ''
  const chosenLanguage = attribute(script, 'data-lang') ?? ''
  const language = chosenLanguage || attribute(document.documentElement, 'lang') || ''
  if (!/^[a-z0-9]{20}$/.test(key)) return undefined
  return {
    key,
    origin: new URL(attribute(script, 'src') ?? '', location.href).origin,
    left: attribute(script, 'data-position') === 'left',
    language: /^nl\b/i.test(language) ? 'nl' : 'en',
    chosenLanguage,
  }
}

class Widget {
  readonly #tag: Tag
  readonly #drawn: Drawn
  #listeners: [happening: unknown, listener: (value?: number) => void][] = []
  #isReady = false
  #isOpen = false
  #unread = 0

  constructor(tag: Tag) {
    this.#tag = tag
    this.#drawn = new Drawn(tag)
    const { button } = this.#drawn
    for (const interest of ['pointerenter', 'focus'])
      listen(button, interest, () => this.#drawn.wake())
    listen(button, 'click', () => (this.#isOpen ? this.close() : this.open()))
    listen(button, 'keydown', (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Escape') this.close()
    })
    listen(window, 'message', (event) => {
      if (event instanceof MessageEvent) this.#hear(event)
    })
    this.#drawn.paint(recall(tag.key, 'colour'))
    this.#show()
  }

  /** Puts the button on the page; the frame follows by itself only where a chat is running. */
  mount(body: Node): void {
    append(body, this.#drawn.host)
    if (recall(this.#tag.key, 'running')) idle(() => this.#drawn.wake())
  }

  obey([command, happening, listener]: Command): void {
    if (command === 'open') this.open()
    if (command === 'close') this.close()
    if (command === 'on' && typeof listener === 'function')
      this.#listeners = [...this.#listeners, [happening, (value) => listener(value)]]
  }

  open(): void {
    this.#isOpen = true
    const frame = this.#drawn.wake()
    this.#show()
    focus(frame)
    this.#sayOpen()
    this.#tell('opened')
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#show()
    focus(this.#drawn.button)
    this.#say({ say: 'closed' })
    this.#tell('closed')
  }

  #show(): void {
    this.#drawn.show(this.#isOpen, this.#unread)
  }

  #say(message: FromLoader): void {
    if (this.#isReady && this.#drawn.frame)
      windowOf(this.#drawn.frame)?.postMessage(marked(message), this.#tag.origin)
  }

  #sayOpen(): void {
    if (this.#isOpen) this.#say({ say: 'opened', page: location.href })
  }

  #tell(happening: Happening, value?: number): void {
    for (const [wanted, listener] of this.#listeners) if (wanted === happening) listener(value)
  }

  #hear({ origin, source, data }: MessageEvent): void {
    const { frame } = this.#drawn
    if (!frame || origin !== this.#tag.origin || source !== windowOf(frame)) return
    const message = readFromFrame(data)
    if (message?.say === 'close') this.close()
    if (message?.say === 'unread') this.#count(message.count)
    if (message?.say === 'running') this.#run(message.on)
    if (message?.say === 'ready') {
      this.#isReady = true
      this.#sayOpen()
    }
    if (message?.say === 'colour') {
      const colours = `${message.colour} ${message.ink}`
      this.#drawn.paint(colours)
      remember(this.#tag.key, 'colour', colours)
    }
  }

  #count(unread: number): void {
    if (unread === this.#unread) return
    this.#unread = unread
    this.#show()
    this.#tell('unread', unread)
  }

  #run(on: boolean): void {
    const now = on ? '1' : ''
    if (recall(this.#tag.key, 'running') === now) return
    remember(this.#tag.key, 'running', now)
    this.#tell(on ? 'started' : 'ended')
  }
}

/** Gives the page its one name, `Switchboard(command, ...)`, and runs what was asked before. */
function publish(widget: Widget, before: unknown): void {
  const waiting: unknown = Object(before).q
  const api = Object.freeze((...command: Command) => widget.obey(command))
  try {
    // A setter that ignores: the usual snippet assigns the name to itself, and must not throw.
    Object.defineProperty(window, 'Switchboard', { get: () => api, set: () => {} })
  } catch {
    Reflect.set(window, 'Switchboard', api)
  }
  if (Array.isArray(waiting)) for (const command of waiting) widget.obey([...command])
}

function start(): void {
  const script = currentScript(document)
  const tag = script && readTag(script)
  const before: unknown = Reflect.get(window, 'Switchboard')
  if (!tag) {
    console.error('Switchboard: data-key is missing')
    return
  }
  // A page that carries the tag twice has one widget.
  if (Object.isFrozen(before) && before) return
  const widget = new Widget(tag)
  publish(widget, before)
  const mount = (): void => widget.mount(bodyOf(document))
  if (bodyOf(document)) mount()
  else listen(document, 'DOMContentLoaded', mount)
}

start()
