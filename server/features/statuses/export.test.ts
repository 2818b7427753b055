// The status ledger as a file: what it says, that its days are whole, and whom it is about.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { parseCsv } from '#contract/csv.ts'
import { type StatusPeriod, statuses } from '#contract/statuses.ts'
import type { Caller } from '../../client/http.ts'
import { openHouse } from '../../testing/house.ts'

const house = openHouse()

/** The clock goes back in the night of the 26th. */
const PERIOD: StatusPeriod = { from: '2025-10-20', to: '2025-10-30' }

type Line = Record<string, string>

function linesOf(file: string): Line[] {
  const [head, ...rows] = parseCsv(file).rows
  return rows.map(({ cells }) =>
    Object.fromEntries((head?.cells ?? []).map((name, n) => [name, cells[n] ?? ''])),
  )
}

const all = async (asker: Caller, query: StatusPeriod = PERIOD) =>
  linesOf(await asker.call(statuses.exportAll, { query }))

const secondsByDay = (lines: readonly Line[]) => {
  const sums = new Map<string, number>()
  for (const { Day: day = '', Seconds: seconds } of lines)
    sums.set(day, (sums.get(day) ?? 0) + Number(seconds))
  return Object.fromEntries(sums)
}

/** Every so many seconds another status, at moments that are no whole ones. */
async function liveThrough(organisationId: string, userId: string, everySeconds: number) {
  await sql`
    insert into status_changes (organisation_id, user_id, at, status, reason, cause, actor_id, mark)
    select ${organisationId}, ${userId}, at,
           (array['available', 'away', 'busy', 'offline', 'reconnecting'])[n % 5 + 1]::operator_status,
           case when n % 5 = 1 then '=HYPERLINK("https://evil.example", "Lunch")' when n % 5 = 0 then 'Mail, only' end,
           'chosen', ${userId},
           case when n % 5 = 0 then '{"accepts": ["deferred"], "isPaid": false}'::jsonb end
      from generate_series(0, 400) n
     cross join lateral (
       select '2025-10-22T07:00:00.6Z'::timestamptz + n * ${everySeconds}::float8 * interval '1 second' as at) a
     where at < '2025-10-29'`.execute(house.db)
}

test('IN-15, PR-7 the intervals that are exported come to each whole day of an operator, whatever its length', async () => {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator' })
  const names = ['Anna', 'Bo'] as const
  for (const [n, firstName] of names.entries()) {
    const { userId } = await house.person({ organisationId, role: 'agent', firstName })
    await liveThrough(organisationId, userId, n === 0 ? 4567.8 : 100_000.4)
  }
  const lines = await all(admin)
  const of = (name: string) => lines.filter((one) => one['Operator']?.startsWith(name))
  const days = Array.from({ length: 11 }, (_, n) => `2025-10-${20 + n}`)
  const whole = days.map((day) => [day, day.endsWith('26') ? 90_000 : 86_400])
  for (const name of names) {
    expect(secondsByDay(of(name))).toEqual(Object.fromEntries(whole))
    // No gap and no overlap: each begins where the one before it ended.
    const ends = of(name).map((one) => one['To'])
    expect(of(name).map((one) => one['From'])).toEqual([
      '2025-10-20 00:00:00',
      ...ends.slice(0, -1),
    ])
    expect(ends.at(-1)).toBe('2025-10-31 00:00:00')
  }
  expect(of('Anna').slice(0, 5)).toMatchObject([
    { Day: '2025-10-20', Status: 'Offline', Because: 'Nothing is kept from before', Paid: 'No' },
    { Day: '2025-10-21', Seconds: '86400' },
    { Day: '2025-10-22', To: '2025-10-22 09:00:00', Seconds: '32400' },
    {
      ...{ From: '2025-10-22 09:00:00', To: '2025-10-22 10:16:08', Seconds: '4568' },
      ...{ Status: 'Available', Reason: 'Mail, only', 'Only for': 'Deferred chats', Paid: 'No' },
      ...{ Because: 'Chosen', 'Time zone': 'Europe/Amsterdam', By: of('Anna')[0]?.['Operator'] },
    },
    { Status: 'Away', 'Only for': '', Paid: 'No' },
  ])
  // What a spreadsheet would calculate is marked as text.
  expect(of('Anna')[4]?.['Reason']).toBe(`'=HYPERLINK("https://evil.example", "Lunch")`)
  const dutch = await admin.call(statuses.exportAll, { query: { ...PERIOD, language: 'nl' } })
  expect(dutch).toContain('Medewerker,Gebruikersnaam,Dag')
  // The day that is not over yet goes as far as it has come.
  const now = new Date()
  const day = now.toLocaleDateString('sv', { timeZone: 'Europe/Amsterdam' })
  const today = secondsByDay(
    (await all(admin, { from: day, to: day })).filter((one) => one['Operator']?.startsWith('Bo')),
  )
  const [, time = ''] = now.toLocaleString('sv', { timeZone: 'Europe/Amsterdam' }).split(' ')
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  expect(Math.abs((today[day] ?? 0) - (hours * 3600 + minutes * 60 + seconds))).toBeLessThan(60)
})

test('PR-7 a file has those whom its asker sees on the Wall, or oneself, and whoever takes one leaves a line', async () => {
  const { id: organisationId } = await house.organisation()
  const north = await house.account(organisationId, 'North')
  const south = await house.account(organisationId, 'South')
  const admin = await house.person({ organisationId, role: 'administrator' })
  const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
  const at = { organisationId, role: 'agent' } as const
  const agent = await house.person({ ...at, accountId: north, firstName: 'Agnes' })
  const other = await house.person({ ...at, accountId: south, firstName: 'Otto' })
  const { id: elsewhere } = await house.organisation()
  const stranger = await house.person({ ...at, organisationId: elsewhere, firstName: 'Stan' })

  const namesIn = (lines: readonly Line[]) =>
    new Set(lines.map((one) => one['Operator']?.split(' ')[0]))
  const everybody = namesIn(await all(admin))
  expect([everybody.has('Agnes'), everybody.has('Otto'), everybody.has('Stan')]).toEqual([
    true,
    true,
    false,
  ])
  const seen = namesIn(await all(manager))
  expect([seen.has('Agnes'), seen.has('Otto')]).toEqual([true, false])

  const one = (asker: Caller, { userId: id }: { userId: string }) =>
    asker.try(statuses.exportOf, { params: { id }, query: PERIOD })
  const mine = await one(agent, agent)
  expect(mine.headers.get('content-type')).toMatch(/^text\/csv/)
  expect(mine.headers.get('content-disposition')).toBe(
    'attachment; filename="statuses-2025-10-20-2025-10-30.csv"',
  )
  expect(linesOf(String(mine.body))).toHaveLength(11)
  expect((await one(manager, agent)).status).toBe(200)
  for (const [asker, whom] of [
    [manager, other],
    [agent, manager],
    [admin, stranger],
  ] as const)
    expect(await one(asker, whom)).toMatchObject({
      ...{ status: 404, body: { error: { code: 'not_found' } } },
    })
  expect((await agent.try(statuses.exportAll, { query: PERIOD })).status).toBe(403)

  for (const [field, query] of [
    ['to', { from: '2025-10-30', to: '2025-10-29' }],
    ['to', { from: '2025-10-01', to: '2025-11-01' }],
    ['from', { from: '2026-02-31', to: '2026-03-01' }],
    ['to', { from: '2026-02-01', to: '2026-02-30' }],
  ] as const)
    expect(await admin.try(statuses.exportAll, { query })).toMatchObject({
      ...{ status: 400, body: { error: { code: 'invalid', field } } },
    })
  expect((await admin.try(statuses.exportAll, { query: { from: '2025-10-30' } })).status).toBe(400)

  const { lines } = await admin.call(audit.list, { query: { action: 'operator.export_statuses' } })
  const by = lines.map(({ actorId, subject }) => [actorId, subject])
  expect(by).toEqual([
    [manager.userId, 'operator'],
    [agent.userId, 'operator'],
    [manager.userId, 'account'],
    [admin.userId, 'account'],
  ])
})
