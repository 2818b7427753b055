// The account tree as far as this person sees it: who lies above, below or beside whom.
import type { Account } from '#contract/accounts.ts'
import { compareNames } from '#lib/words.ts'

type Node = Pick<Account, 'id' | 'parentId' | 'name'>

export interface Branch {
  id: string
  name: string
  /** 0 for the topmost that is seen. */
  depth: number
}

/** The accounts in the order of a tree, each below its parent; one whose parent is unseen is a root. */
export function treeOf(accounts: readonly Node[]): Branch[] {
  const seen = new Set(accounts.map(({ id }) => id))
  const below = (parentId: string | undefined, depth: number): Branch[] =>
    accounts
      .filter((one) => rootOf(one, seen) === parentId)
      .toSorted((a, b) => compareNames(a.name, b.name))
      .flatMap(({ id, name }) => [{ id, name, depth }, ...below(id, depth + 1)])
  return below(undefined, 0)
}

function rootOf({ parentId }: Node, seen: ReadonlySet<string>): string | undefined {
  return parentId !== null && seen.has(parentId) ? parentId : undefined
}

/** The account itself, then all above it that is seen. */
export function pathOf(accounts: readonly Node[], id: string): string[] {
  const parents = new Map(accounts.map((one) => [one.id, one.parentId]))
  const path: string[] = []
  for (let at: string | null | undefined = id; at; at = parents.get(at)) path.push(at)
  return path
}

/** The ids of the account and of everything below it. */
export function branchOf(accounts: readonly Node[], id: string): Set<string> {
  return new Set(
    accounts.filter((one) => pathOf(accounts, one.id).includes(id)).map((one) => one.id),
  )
}

/** Whether one account is the other, above it or below it. */
export function isSameBranch(accounts: readonly Node[], one: string, other: string): boolean {
  return pathOf(accounts, one).includes(other) || pathOf(accounts, other).includes(one)
}
