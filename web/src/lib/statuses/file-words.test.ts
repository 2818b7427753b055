import { beforeAll, expect, test } from 'vitest'
import { ledgerCells } from '#contract/status-file.ts'
import { statusWord } from '#lib/operator/status.ts'
import { startWords, useLocale } from '#lib/words.ts'

const line = {
  ...{ operator: 'Anna', login: 'anna', day: '2026-01-01', timeZone: 'UTC', from: '', to: '' },
  ...({ seconds: 1, reason: null, accepts: null, cause: 'chosen', actor: null } as const),
  isPaid: true,
}

beforeAll(() => startWords())

test.each(['en', 'nl'] as const)(
  'PR-7 a file in %s calls the statuses what the screens do',
  async (locale) => {
    await useLocale(locale)
    for (const status of [
      ...(['available', 'busy', 'finishing', 'away'] as const),
      ...(['not_answering', 'reconnecting', 'offline'] as const),
    ])
      expect(ledgerCells({ ...line, status }, locale)).toContain(statusWord(status))
  },
)
