// Steps that change the tree: what everybody holds goes by where accounts stand in it.
import { accounts } from '#contract/accounts.ts'
import {
  type Account,
  administrators,
  can,
  canAll,
  counts,
  membershipsOf,
  type Organisation,
  pathOf,
  permissionsOf,
} from './model.ts'
import { anywhere, ask, judge, NOTHING, type Play, type Step, watchRights } from './play.ts'
import { readVersions } from './queries.ts'
import { type Asker, all, atAccount, atTheDoor, type Reasons } from './reasons.ts'

const MOST_ACCOUNTS = 22
const LEVELS_ABOVE = 8

function anyAccount(play: Play): string {
  const { roll, asker } = play
  const held = asker.rights.filter(({ permissions }) => permissions.has('accounts.manage'))
  const below = [...asker.org.accounts.keys()].filter((id) =>
    can(held, 'accounts.manage', pathOf(asker.org, id)),
  )
  return (
    (roll.in100(60) ? roll.any(below) : undefined) ?? roll.one([...anywhere(play).accounts.keys()])
  )
}

export const createAccount: Step = async (play) => {
  const { asker, roll } = play
  const { org } = asker
  const parentId = anyAccount(play)
  const kind = roll.in100(30) ? 'location' : 'group'
  if (org.accounts.size > MOST_ACCOUNTS) return NOTHING
  const answer = await ask(play, accounts.create, {
    body: { parentId, kind, name: `New ${roll.uuid()}` },
  })
  const isBelowLeaf = org.accounts.get(parentId)?.kind === 'location'
  const isDeep = pathOf(org, parentId).length > LEVELS_ABOVE
  const reasons = atTheDoor(asker, 'accounts.manage')
  const inside = all(
    atAccount(asker, 'accounts.manage', parentId),
    isBelowLeaf ? ['invalid'] : [],
    isDeep ? ['account_too_deep'] : [],
  )
  if (!judge(play, answer, reasons.size > 0 ? reasons : inside)) return NOTHING
  const { id } = answer.body
  org.accounts.set(id, { id, parentId, kind, isActive: true })
  return [org]
}

export const renameAccount: Step = async (play) => {
  const id = anyAccount(play)
  const set = { name: `Name ${play.roll.uuid()}` }
  return (await change(play, id, set, [])) ? [play.asker.org] : NOTHING
}

export const openOrCloseAccount: Step = async (play) => {
  const { asker, roll } = play
  const id = anyAccount(play)
  const account = asker.org.accounts.get(id)
  const isActive = !account?.isActive || roll.in100(30)
  const against = account?.isActive && !isActive ? againstClosing(asker, account) : []
  if (!(await change(play, id, { isActive }, against)) || !account) return NOTHING
  account.isActive = isActive
  return [asker.org]
}

async function change(
  play: Play,
  id: string,
  set: { name: string } | { isActive: boolean },
  against: string[],
): Promise<boolean> {
  const { asker, db } = play
  const base = await readVersions(db, id)
  const answer = await ask(play, accounts.change, { params: { id }, body: { set, base } })
  const door = atTheDoor(asker, 'accounts.manage')
  const inside = all(atAccount(asker, 'accounts.manage', id), against)
  return judge(play, answer, door.size > 0 ? door : inside)
}

/** Why the account cannot be closed: by whoever could not open it again, or with the last administrator in it. */
function againstClosing({ org, userId }: Asker, account: Account): string[] {
  account.isActive = false
  const path = pathOf(org, account.id)
  const left = membershipsOf(org, userId)
    .filter((one) => counts(org, one))
    .flatMap(({ held }) => [...held.values()])
    .filter(({ kind, at }) => kind === 'account' && path.includes(at))
  const mayOpen = left.some(({ roleId }) => permissionsOf(org, roleId).has('accounts.manage'))
  const isLeft = administrators(org).length > 0
  account.isActive = true
  const isShutOut = account.parentId === null || !mayOpen
  return [...(isShutOut ? ['would_lock_out'] : []), ...(isLeft ? [] : ['last_administrator'])]
}

export const moveAccount: Step = async (play) => {
  const { asker, db } = play
  const { org } = asker
  const [id, parentId] = [anyAccount(play), anyAccount(play)]
  const versions = await readVersions(db, id)
  const answer = await ask(play, accounts.move, {
    params: { id },
    body: { parentId, version: versions['parentId'] ?? 0 },
  })
  const door = atTheDoor(asker, 'accounts.manage')
  const inside = againstMoving(asker, id, parentId)
  if (!judge(play, answer, door.size > 0 ? door : inside)) return NOTHING
  const account = org.accounts.get(id)
  if (account === undefined) throw new Error('what has moved is there')
  const everybody = [...new Set([...org.memberships.values()].map(({ userId }) => userId))]
  const hold = watchRights(play, everybody)
  account.parentId = parentId
  hold()
  return [org]
}

function againstMoving(asker: Asker, id: string, parentId: string): Reasons {
  const { org, rights } = asker
  const account = org.accounts.get(id)
  const above = account?.parentId ?? id
  const mine = all(
    atAccount(asker, 'accounts.manage', id),
    atAccount(asker, 'accounts.manage', parentId),
  )
  if (mine.size > 0 || account === undefined) return mine
  const isClosed = [above, parentId].some((one) =>
    pathOf(org, one).some((at) => org.accounts.get(at)?.isActive === false),
  )
  const isBelowLeaf = org.accounts.get(parentId)?.kind === 'location'
  const isTooDeep = pathOf(org, parentId).length + heightOf(org, id) > LEVELS_ABOVE
  return all(
    can(rights, 'accounts.manage', pathOf(org, above)) ? [] : ['forbidden'],
    pathOf(org, parentId).includes(id) ? ['account_circle'] : [],
    account.parentId === null || isBelowLeaf ? ['invalid'] : [],
    isTooDeep ? ['account_too_deep'] : [],
    isClosed ? ['wrong_status'] : [],
    givesTooMuch(asker, id, parentId) ? ['forbidden'] : [],
  )
}

function heightOf(org: Organisation, id: string): number {
  const below = [...org.accounts.values()].filter((one) => one.parentId === id)
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((one) => heightOf(org, one.id)))
}

/** Whether somebody would get at the account, through its new place, what the mover has not got there. */
function givesTooMuch({ org, rights }: Asker, id: string, parentId: string): boolean {
  const [before, after] = [pathOf(org, id), [id, ...pathOf(org, parentId)]]
  return [...org.memberships.values()].some((member) => {
    const held = membershipsOf(org, member.userId)
      .filter((one) => counts(org, one))
      .flatMap((one) => [...one.held.values()])
      .filter(({ kind }) => kind === 'account')
    const at = (path: readonly string[]) =>
      held
        .filter((one) => path.includes(one.at))
        .flatMap(({ roleId }) => [...permissionsOf(org, roleId)])
    const had = new Set(at(before))
    return !canAll(
      rights,
      at(after).filter((one) => !had.has(one)),
      before,
    )
  })
}
