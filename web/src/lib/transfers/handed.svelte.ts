// How chats were handed on, as far as this page has asked: for the lines in a chat, and for what is
// said when a transfer ends.
import { SvelteMap } from 'svelte/reactivity'
import type { Chat } from '#contract/routing.ts'
import { transfers as api, type Transfer, type TransferOutcome } from '#contract/transfers.ts'
import { call, Refused, Unreachable } from '#lib/api.ts'
import { t } from '#lib/words.ts'

class Handed {
  readonly #known = new SvelteMap<string, readonly Transfer[]>()
  #dismissed = $state<readonly string[]>([])

  /** Oldest first; what the chat's own row says is newer than what was asked for. */
  of(chat: Chat): readonly Transfer[] {
    const known = this.#known.get(chat.id) ?? []
    const { transfer } = chat
    if (transfer === null || known.some(({ id, outcome }) => id === transfer.id && outcome))
      return known
    return [...known.filter(({ id }) => id !== transfer.id), transfer]
  }

  last(chatId: string): Transfer | undefined {
    return this.#known.get(chatId)?.at(-1)
  }

  /** Asks how the chat was handed on. What cannot be had now is asked for at the next change. */
  async look(chatId: string): Promise<Transfer | undefined> {
    try {
      this.#known.set(chatId, await call(api.list, { params: { id: chatId } }))
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error
    }
    return this.last(chatId)
  }

  isDismissed(transferId: string): boolean {
    return this.#dismissed.includes(transferId)
  }

  dismiss(transferId: string): void {
    this.#dismissed = [...this.#dismissed, transferId]
  }
}

export const handed = new Handed()

/** Whether a chat is being handed on just now. */
export function isUnderWay(chat: Chat): boolean {
  return chat.transfer !== null && chat.transfer.outcome === null
}

/** Whether its operator has it from a colleague. */
export function wasHanded({ transfer }: Chat): boolean {
  return transfer?.outcome === 'taken' || (transfer?.outcome === 'assigned' && !!transfer.fromId)
}

const somebody = (name: string | null) => name ?? t('transfers.somebody')

function namesOf(transfer: Transfer) {
  return {
    who: somebody(transfer.endedByName),
    from: somebody(transfer.fromName ?? transfer.byName),
    to: somebody(transfer.to.name),
    reason: transfer.reason ?? '',
  }
}

/** What became of a transfer, to whoever handed the chat on. */
export function endedText(transfer: Transfer, outcome: TransferOutcome, visitor: string): string {
  const why = outcome === 'declined' && transfer.reason !== null
  return t(`transfers.ended.${why ? 'declined.why' : outcome}`, { ...namesOf(transfer), visitor })
}

/** The line that stands in the chat for it. */
export function logText(transfer: Transfer): string {
  return t(`transfers.log.${transfer.outcome ?? 'begun'}`, namesOf(transfer))
}
