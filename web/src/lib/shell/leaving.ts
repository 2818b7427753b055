// Signing out on purpose, from wherever the button is.
import { session } from '#lib/session.svelte.ts'
import { troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'

/** The frame shows the way to the sign-in page; when it cannot be done, that is said. */
export async function leave(): Promise<void> {
  try {
    await session.signOut()
  } catch (error) {
    toast.error(troubleOf(error).text)
  }
}
