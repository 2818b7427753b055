// How the change of many people is told: the count while it goes on, then what came of it, and Undo.
import { refusals } from '#contract/refusals.ts'
import { type Outcome, undo } from '#lib/people/many.ts'
import { troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'
import { formatNumber, refusalText, t } from '#lib/words.ts'

type Code = keyof typeof refusals

const isCode = (code: string): code is Code => Object.hasOwn(refusals, code)

/** A refusal's sentence, whatever the server said. */
export function reasonOf(code: string): string {
  return refusalText(isCode(code) ? code : 'internal')
}

/** Why some were left out: each reason once, with how many it kept out. */
export function reasonsOf(codes: Iterable<string>): string[] {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, n]) =>
    t('people.many.reason', { n, count: formatNumber(n), reason: reasonOf(code) }),
  )
}

/** Runs it with a count on the screen; undefined when it broke off, which has been said. */
export async function telling(
  n: number,
  work: (told: (done: number) => void) => Promise<Outcome>,
  said: (n: number) => string,
): Promise<Outcome | undefined> {
  const id = toast.info(t('people.many.going', { n, done: 0 }), { stayMs: 0 })
  const told = (done: number) => toast.update(id, { text: t('people.many.going', { n, done }) })
  try {
    const outcome = await work(told)
    tellOutcome(outcome, said)
    return outcome
  } catch (error) {
    toast.error(troubleOf(error).text)
    return undefined
  } finally {
    toast.dismiss(id)
  }
}

function tellOutcome({ done, refused, batches }: Outcome, said: (n: number) => string): void {
  const detail = reasonsOf(refused.values()).join(' ')
  const action = { label: t('people.many.undo'), run: () => void takeBack(batches) }
  if (done.length === 0) toast.error(t('people.many.none'), { detail, stayMs: 12_000 })
  else
    toast.success(said(done.length), {
      ...(detail && { detail }),
      ...(batches.length > 0 && { action }),
      stayMs: 12_000,
    })
}

async function takeBack(batches: readonly string[]): Promise<void> {
  try {
    await undo(batches)
    toast.success(t('people.many.undone'))
  } catch (error) {
    toast.error(troubleOf(error).text)
  }
}
