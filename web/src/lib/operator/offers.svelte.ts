// Chats that are put to me: the server's deadline decides; what is drawn only follows it.
import { type Chat, type Offer, routing } from '#contract/routing.ts'
import { transfers } from '#contract/transfers.ts'
import { call, Refused } from '#lib/api.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'

/** A chat that is offered to me. */
export type Offered = Chat & { offer: Offer }

/** `gone`: another got it as I accepted; `missed`: the deadline passed; `withdrawn`: it was taken back. */
export type EndOfOffer = 'gone' | 'missed' | 'withdrawn'

export interface EndedOffer {
  chat: Chat
  how: EndOfOffer
}

/** How long it is said what became of an offer. */
const SAID_MS = 2_000
const MISSED_SAID_MS = 6_000
/** A row that leaves so shortly before its deadline was missed, not taken back. */
const SLACK_MS = 700

export class Offers {
  /** The offer that is being accepted, or the chat that is being taken, while the server has not
   * answered. */
  taking = $state<string>()
  /** The offer that is being passed. */
  passing = $state<string>()
  /** What became of the last offer, for a moment. */
  ended = $state.raw<EndedOffer>()

  #before: readonly Offered[] = []
  readonly #settled = new Set<string>()
  #silence: ReturnType<typeof setTimeout> | undefined

  /** What is offered to me now, the nearest deadline first. */
  get open(): Offered[] {
    const me = session.me?.id
    return live
      .all('chat')
      .filter((chat): chat is Offered => chat.offer !== null && chat.offer.operatorId === me)
      .toSorted((a, b) => a.offer.expiresAt.localeCompare(b.offer.expiresAt))
  }

  /** Accepts; true when the chat is mine. Throws Unreachable, and Refused for any no but "too late". */
  async take(chat: Offered): Promise<boolean> {
    const { offer } = chat
    this.taking = offer.id
    this.#settled.add(offer.id)
    try {
      await call(routing.accept, { params: { id: offer.id } })
      return true
    } catch (error) {
      const isLost = error instanceof Refused && LOST.has(error.code)
      if (!isLost) this.#settled.delete(offer.id)
      if (!isLost) throw error
      this.say({ chat, how: 'gone' })
      return false
    } finally {
      this.taking = undefined
    }
  }

  /** Passes it on, to a colleague who hands it on with why. Too late is as good. Throws Refused or
   * Unreachable. */
  async pass({ offer, state, transfer }: Offered, reason?: string): Promise<void> {
    this.passing = offer.id
    this.#settled.add(offer.id)
    try {
      if (state === 'active' && transfer) {
        const body = reason === undefined ? {} : { reason }
        await call(transfers.decline, { params: { id: transfer.id }, body })
      } else await call(routing.decline, { params: { id: offer.id } })
    } catch (error) {
      if (error instanceof Refused && LOST.has(error.code)) return
      this.#settled.delete(offer.id)
      throw error
    } finally {
      this.passing = undefined
    }
  }

  /** Compares what is offered now with before, and says what became of an offer that went by itself. */
  notice(now: readonly Offered[], isMine: (chatId: string) => boolean): void {
    const ids = new Set(now.map(({ offer }) => offer.id))
    for (const chat of this.#before) {
      const { offer } = chat
      if (ids.has(offer.id) || this.#settled.has(offer.id) || isMine(chat.id)) continue
      const isMissed = epochMs(offer.expiresAt) - clock.now() <= SLACK_MS
      this.say({ chat, how: isMissed ? 'missed' : 'withdrawn' })
    }
    this.#before = now
    // The next offer says more than what became of the last.
    if (now.length > 0 && this.ended && this.ended.how !== 'gone') this.ended = undefined
  }

  /** Says what became of an offer or of a ring, for a moment. */
  say(ended: EndedOffer): void {
    clearTimeout(this.#silence)
    this.ended = ended
    this.#silence = setTimeout(
      () => {
        this.ended = undefined
      },
      ended.how === 'missed' ? MISSED_SAID_MS : SAID_MS,
    )
  }
}

/** How the server says that it was too late. */
export const LOST: ReadonlySet<string> = new Set(['offer_gone', 'not_found'])

export const offers = new Offers()
