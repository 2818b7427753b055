import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ConfigProblems, readConfig, SETTINGS } from './config.ts'

test('.env.example explains every setting that is read, and no other', async () => {
  const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8')
  const named = [...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(named.sort()).toEqual(Object.keys(SETTINGS).sort())
})

test('nothing needs to be set', () => {
  expect(readConfig({})).toMatchObject({ port: 3000, isPortFixed: false, host: '127.0.0.1' })
})

test('every setting that does not fit is named at once', () => {
  const env = { PORT: '70000', DATABASE_URL: 'mysql://x', PUBLIC_ORIGIN: 'https://a.example/path' }
  expect(() => readConfig(env)).toThrow(ConfigProblems)
  expect(() => readConfig(env)).toThrow(/PORT must.*DATABASE_URL must.*PUBLIC_ORIGIN must/s)
})

test.each(['*', 'true', '0.0.0.0/0', '::/0', '1'])(
  'IPA-1: the trusted proxies are never %s',
  (given) => {
    expect(() => readConfig({ TRUSTED_PROXIES: given })).toThrow(/TRUSTED_PROXIES/)
  },
)

test.each(['https://chat.example.org/', 'ftp://x', 'chat.example.org', 'https://a b'])(
  'CFG-1: %s is no public origin',
  (given) => {
    expect(() => readConfig({ PUBLIC_ORIGIN: given })).toThrow(/PUBLIC_ORIGIN/)
  },
)
