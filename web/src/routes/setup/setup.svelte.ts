// What has been set up: queues, departments, skills and sites of the accounts that this person may see.
import { createContext } from 'svelte'
import { partsOf } from '#contract/scopes.ts'
import { kept } from '#lib/kept.ts'
import { live } from '#lib/live/live.svelte.ts'
import { treeOf } from '#lib/people/account-tree.ts'
import { session } from '#lib/session.svelte.ts'
import type { PanelState } from '#lib/ui/panel-state.ts'
import { compareNames } from '#lib/words.ts'
import { recallFirstChat, type Step, stepsOf } from './first-steps.ts'

export class Setup {
  readonly mayShape = $derived(session.may('setup.manage'))

  /** The accounts at which something may be made. */
  readonly tree = $derived(
    treeOf(session.me?.accounts.filter(({ id }) => session.mayAt('setup.manage', id)) ?? []),
  )
  readonly hasAccounts = $derived(this.tree.length > 1)

  /** What is set up, and, where it may be seen, who is there and what moves. */
  readonly scopes = $derived(
    (['setup', 'people', 'floor'] as const).flatMap((of) => session.scopesOf(of)),
  )
  readonly isLoaded = $derived(
    this.scopes.length > 0 && this.scopes.every((one) => live.loaded.has(one)),
  )

  readonly queues = $derived(byName(live.all('queue')))
  readonly departments = $derived(byName(live.all('department')))
  readonly sites = $derived(byName(live.all('site')))
  readonly skills = $derived(byName(live.all('skill')))
  readonly hours = $derived(byName(live.all('hours')))
  readonly statuses = $derived(byName(live.all('status')))

  /** The steps that lead to a first chat; each ticks itself. */
  readonly steps = $derived.by<Step[]>(() => {
    const me = session.me
    const others = live.all('person').filter(({ userId }) => userId !== me?.id).length
    return stepsOf({
      queues: this.queues.length,
      others: others + live.all('invitation').length,
      sites: this.sites.length,
      chats: live.all('chat').length + (recallFirstChat(me?.organisationId) ? 1 : 0),
      hasReadHelp: kept.get(`help.read ${me?.organisationId}`) !== undefined,
      siteKey: this.sites[0]?.key,
    })
  })

  accountName(id: string): string {
    return session.me?.accounts.find((account) => account.id === id)?.name ?? ''
  }

  /** How many people are assigned to the queue, or belong to the department. */
  peopleIn(part: 'queues' | 'departments', id: string): number {
    const inIt = live
      .all('person')
      .filter(({ queues, departments }) =>
        part === 'queues' ? queues.includes(id) : departments.some((one) => one.id === id),
      )
    return new Set(inIt.map(({ userId }) => userId)).size
  }

  get seesPeople(): boolean {
    return this.scopes.some((one) => partsOf(one).of === 'people')
  }

  /** The state of a list with so many rows. */
  stateOf(count: number, empty: { text: string; label: string; run: () => void }): PanelState {
    if (!this.isLoaded) return { kind: 'loading' }
    if (count > 0) return { kind: 'ready' }
    return { kind: 'empty', text: empty.text, action: { label: empty.label, run: empty.run } }
  }
}

function byName<T extends { name: string }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => compareNames(a.name, b.name))
}

export const [setup, provideSetup] = createContext<Setup>()
