// A photo, one's own or another person's: chosen, looked at, sent or taken away.
import { people } from '#contract/people.ts'
import { PHOTO_MAX_BYTES, photos } from '#contract/users.ts'
import { call, upload } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { formatNumber, t } from '#lib/words.ts'
import { squareOf } from './square.ts'

const REFUSALS = ['unsupported_media', 'unreadable_photo', 'photo_too_large', 'too_many'] as const

/** Why a photo was not taken, in words that say what to do. */
export function photoTrouble({ code, text }: Pick<Trouble, 'code' | 'text'>): string {
  if (code === 'too_large') {
    const megabytes = PHOTO_MAX_BYTES / (1024 * 1024)
    const most = formatNumber(megabytes, { style: 'unit', unit: 'megabyte' })
    return t('me.photo.too_large', { most })
  }
  const known = REFUSALS.find((refusal) => refusal === code)
  return known ? t(`me.photo.${known}`) : text
}

interface Sending {
  file: Blob
  signal: AbortSignal
  onprogress: (share: number) => void
}

/** Whose photo it is: how it gets to the server and away. */
export interface PhotoOwner {
  set(sending: Sending): Promise<void>
  remove(): Promise<void>
}

export const myPhoto: PhotoOwner = {
  async set(sending) {
    const { photo } = await upload(photos.setMine, sending)
    session.amend({ photo })
  },
  async remove() {
    await call(photos.removeMine, {})
    session.amend({ photo: null })
  },
}

/** Another person's, by the membership's id. */
export function photoOf(id: string): PhotoOwner {
  const params = { id }
  return {
    set: async (sending) => void (await upload(people.setPhoto, { params, ...sending })),
    remove: async () => void (await call(people.removePhoto, { params })),
  }
}

export class PhotoChange {
  readonly #owner: PhotoOwner
  /** What is chosen, as an address that an image can show. */
  preview = $state<string>()
  /** How much is sent, 0 to 1; undefined while nothing is on its way. */
  sent = $state<number>()
  isRemoving = $state(false)
  error = $state<string>()
  #chosen: Blob | undefined
  #sending: AbortController | undefined

  constructor(owner: PhotoOwner) {
    this.#owner = owner
  }

  /** Takes a file to look at; says so when it is none that could be used. */
  async choose(file: File): Promise<void> {
    this.cancel()
    const square = await squareOf(file)
    const isPicture = square !== undefined || file.type.startsWith('image/')
    if (!isPicture) {
      this.error = photoTrouble({ code: 'unsupported_media', text: '' })
      return
    }
    // What this browser cannot read, the server may judge.
    this.#chosen = square ?? file
    if (square) this.preview = URL.createObjectURL(square)
    else await this.send()
  }

  /** Whether the chosen photo is what everybody sees now. */
  async send(): Promise<boolean> {
    const file = this.#chosen
    if (!file || this.sent !== undefined) return false
    this.error = undefined
    this.sent = 0
    this.#sending = new AbortController()
    const { signal } = this.#sending
    try {
      await this.#owner.set({
        file,
        signal,
        onprogress: (share) => {
          this.sent = share
        },
      })
      this.cancel()
      return true
    } catch (error) {
      if (!signal.aborted) this.error = photoTrouble(troubleOf(error))
      return false
    } finally {
      this.sent = undefined
    }
  }

  /** Forgets what is chosen, and stops sending it. */
  cancel(): void {
    this.#sending?.abort()
    this.#chosen = undefined
    this.error = undefined
    if (this.preview) URL.revokeObjectURL(this.preview)
    this.preview = undefined
  }

  /** Whether my letters stand there again. */
  async remove(): Promise<boolean> {
    if (this.isRemoving) return false
    this.isRemoving = true
    this.error = undefined
    try {
      await this.#owner.remove()
      return true
    } catch (error) {
      this.error = photoTrouble(troubleOf(error))
      return false
    } finally {
      this.isRemoving = false
    }
  }
}
