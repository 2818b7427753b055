import { Type } from 'typebox'
import { Clean } from 'typebox/value'
import { expect, test } from 'vitest'
import { liveRows } from '#contract/facts.ts'
import { cleanerOf } from './clean.ts'

const place = Type.Object({ id: Type.String(), at: Type.Union([Type.String(), Type.Null()]) })
const schema = Type.Object({
  name: Type.String(),
  status: Type.Union([Type.Literal('active'), Type.Literal('blocked')]),
  places: Type.Array(place),
  home: Type.Union([place, Type.Null()]),
  shapes: Type.Union([place, Type.Object({ size: Type.Integer() }), Type.Null()]),
  marks: Type.Record(Type.String(), place),
  anything: Type.Optional(Type.Unknown()),
})

const row = {
  name: 'Ada',
  status: 'active',
  passwordHash: 'secret',
  places: [{ id: '1', at: null, secret: 1 }],
  home: { id: '2', at: 'x', secret: 2 },
  shapes: { size: 3, secret: 3 },
  marks: { one: { id: '4', at: null, secret: 4 } },
  anything: { goes: true },
}

test('only what the schema names is left, at every depth, as Clean leaves it', () => {
  const before = structuredClone(row)
  const cleaned = cleanerOf(schema)(row)
  expect(cleaned).toEqual(Clean(schema, structuredClone(row)))
  expect(JSON.stringify(cleaned)).not.toContain('secret')
  expect(row).toEqual(before)
})

test.each([{ ...row, home: null, shapes: null }, { name: 'Bo' }, null, 'text', [row]])(
  'an odd value comes out as Clean has it: %j',
  (value) => {
    expect(cleanerOf(schema)(value)).toEqual(Clean(schema, structuredClone(value)))
  },
)

test.each(Object.keys(liveRows))('no key that nobody named leaves in a %s', (kind) => {
  const { [kind as keyof typeof liveRows]: known } = liveRows
  const properties = Object.keys((known as { properties: object }).properties)
  const full = Object.fromEntries([...properties.map((key) => [key, null]), ['secret', 1]])
  expect(cleanerOf(known)(full)).toEqual(Clean(known, structuredClone(full)))
})
