// A bug that another system has had, through the doors (others-bugs.several.test.ts holds the rest).
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { caller } from '../../client/http.ts'
import { furnish, newChat } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse({ logLevel: 'silent' })

test('pg-boss #851: a connection that listens and hears nothing any more holds up no chat', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await anna.page.watch(scope.user(anna.userId))
  const other = await house.another()
  const { token } = await floor.visitor()
  // Whoever listens is cut off, over and over, while the chat comes in through the other server.
  const begun = performance.now()
  let isHeard = false
  const cutting = (async () => {
    while (!isHeard)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'switchboard-bus'`.execute(
        house.db,
      )
  })()
  const chat = newChat()
  await caller(() => other.url, { token }).call(visitors.ask, { body: chat })
  await anna.page
    .until((seen) => seen.get('chat', chat.id)?.state === 'offered')
    .finally(() => {
      isHeard = true
    })
  expect(performance.now() - begun).toBeLessThan(4_000)
  await cutting
})
