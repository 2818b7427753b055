// What the visitor typed and chose, kept through every state and every reload.
import type { Kept } from './kept.ts'

type Name = 'draft' | 'name' | 'email' | 'sound'

export class Typed {
  readonly #kept: Kept
  #values: Readonly<Record<Name, string>> = $state.raw({
    draft: '',
    name: '',
    email: '',
    sound: '',
  })

  constructor(kept: Kept) {
    this.#kept = kept
    const read = (name: Name): string => kept.get(name) ?? ''
    this.#values = {
      draft: read('draft'),
      name: read('name'),
      email: read('email'),
      sound: read('sound'),
    }
  }

  /** The message that is being written. */
  get draft(): string {
    return this.#values.draft
  }
  set draft(value: string) {
    this.#set('draft', value)
  }

  get name(): string {
    return this.#values.name
  }
  set name(value: string) {
    this.#set('name', value)
  }

  get email(): string {
    return this.#values.email
  }
  set email(value: string) {
    this.#set('email', value)
  }

  /** Whether a new answer may sound. Off until the visitor turns it on. */
  get hasSound(): boolean {
    return this.#values.sound === 'on'
  }
  set hasSound(value: boolean) {
    this.#set('sound', value ? 'on' : '')
  }

  #set(name: Name, value: string): void {
    this.#values = { ...this.#values, [name]: value }
    this.#kept.set(name, value)
  }
}
