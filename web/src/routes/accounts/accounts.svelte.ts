// The accounts that this person manages, as a tree, kept true by the rows of each.
import { createContext } from 'svelte'
import type { Account } from '#contract/accounts.ts'
import { knownAccounts } from '#lib/accounts/known.svelte.ts'
import { pathOf, treeOf } from '#lib/people/account-tree.ts'
import { session } from '#lib/session.svelte.ts'

export class Accounts {
  readonly all = $derived(knownAccounts())
  readonly managed = $derived(this.all.filter(({ id }) => session.mayAt('accounts.manage', id)))
  readonly tree = $derived(treeOf(this.managed))

  /** An account that this person manages. */
  find(id: string | undefined): Account | undefined {
    return this.managed.find((one) => one.id === id)
  }

  /** The name of one that is seen, managed or not. */
  nameOf(id: string | null): string | undefined {
    return this.all.find((one) => one.id === id)?.name
  }

  /** The account above, as far as it is seen. */
  above({ parentId }: Account): Account | undefined {
    return this.all.find(({ id }) => id === parentId)
  }

  /** Where the account could lie: not below itself, not where it is, and never below a location. */
  placesFor(account: Account) {
    const open = this.managed.filter(
      ({ id, kind, isActive }) =>
        kind !== 'location' &&
        isActive &&
        id !== account.parentId &&
        !pathOf(this.all, id).includes(account.id),
    )
    return treeOf(open)
  }
}

export const [accountTree, provideAccountTree] = createContext<Accounts>()
