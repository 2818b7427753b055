// The rows of every kind that a page holds, by their ids.
import { SvelteMap } from 'svelte/reactivity'
import type { LiveKind, LiveRow } from '#contract/facts.ts'

type Rows = { readonly [K in LiveKind]: SvelteMap<string, LiveRow[K]> }

export function emptyRows(): Rows {
  return {
    account: new SvelteMap(),
    department: new SvelteMap(),
    group: new SvelteMap(),
    skill: new SvelteMap(),
    status: new SvelteMap(),
    role: new SvelteMap(),
    person: new SvelteMap(),
    record: new SvelteMap(),
    invitation: new SvelteMap(),
    queue: new SvelteMap(),
    hours: new SvelteMap(),
    opening: new SvelteMap(),
    queue_member: new SvelteMap(),
    site: new SvelteMap(),
    operator: new SvelteMap(),
    chat: new SvelteMap(),
    message: new SvelteMap(),
    visit: new SvelteMap(),
    notification: new SvelteMap(),
    proof: new SvelteMap(),
    simulation: new SvelteMap(),
  }
}
