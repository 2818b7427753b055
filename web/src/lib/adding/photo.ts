// The photo of somebody who is yet to be added: kept with what else is filled in, and sent once they
// are there.
import { invitations } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import { upload } from '#lib/api.ts'
import type { PhotoOwner } from '#lib/photo/photo.svelte.ts'
import type { Adding } from './adding.svelte.ts'

/** Chosen and taken away on this page alone. */
export function photoToBe({ filled }: Adding): PhotoOwner {
  return {
    set: async ({ file }) => {
      filled.photo = await addressOf(file)
    },
    remove: async () => {
      filled.photo = undefined
    },
  }
}

/** The picture as an address that holds all of it. */
function addressOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}

/** Sends it to whoever has been added. False when it did not arrive: they are there without it. */
export async function sendPhoto({ way, filled }: Adding, id: string): Promise<boolean> {
  const { photo } = filled
  if (photo === undefined) return true
  const endpoint = way === 'invite' ? invitations.setPhoto : people.setPhoto
  try {
    await upload(endpoint, { params: { id }, file: fileOf(photo) })
    return true
  } catch {
    return false
  }
}

function fileOf(address: string): Blob {
  const [, coded = ''] = address.split(',')
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0))
  return new Blob([bytes], { type: 'image/jpeg' })
}
