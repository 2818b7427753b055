// A photo, one's own or another person's: chosen, looked at, sent or taken away.
import { people } from '#contract/people.ts'
import { PHOTO_MAX_BYTES, photos } from '#contract/users.ts'
import { call, upload } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { formatNumber, t } from '#lib/words.ts'
import { type Crop, middleOf } from './crop.ts'
import { readPicture, squareOf } from './square.ts'

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
  /** What is chosen, where this browser can read it, and the square of it that is to be kept. */
  picture = $state.raw<ImageBitmap>()
  crop = $state.raw<Crop>({ x: 0, y: 0, side: 0 })
  /** How much is sent, 0 to 1; undefined while nothing is on its way. */
  sent = $state<number>()
  isRemoving = $state(false)
  error = $state<string>()
  #sending: AbortController | undefined

  constructor(owner: PhotoOwner) {
    this.#owner = owner
  }

  /** Takes a file to look at; says so when it is none that could be used. */
  async choose(file: File): Promise<void> {
    this.cancel()
    const picture = await readPicture(file)
    if (picture) {
      this.crop = middleOf(picture)
      this.picture = picture
    } else if (file.type.startsWith('image/')) {
      // What this browser cannot read, the server may judge.
      await this.#send(file)
    } else {
      this.error = photoTrouble({ code: 'unsupported_media', text: '' })
    }
  }

  /** Whether the chosen photo is what everybody sees now. */
  async send(): Promise<boolean> {
    if (!this.picture || this.sent !== undefined) return false
    this.sent = 0
    const square = await squareOf(this.picture, this.crop)
    return square ? this.#send(square) : false
  }

  async #send(file: Blob): Promise<boolean> {
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
    this.error = undefined
    this.picture?.close()
    this.picture = undefined
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
