import { parseAst } from 'vite'
import { expect, test } from 'vitest'
import { bared } from './bare-contract.ts'

test('an endpoint keeps its method and its path, and no schema is made', () => {
  const code = `
    const Id = Type.String({ format: 'uuid' })
    const Limit = Strict({ id: Id, most: orNull(Type.Integer()) })
    const MOST = Math.max(3, 4)
    const limits = { set: endpoint('PUT', '/api/limits', 'limits.manage', 'Set one', { body: Limit }) }
    const orNull = (schema) => Type.Union([schema, Type.Null()])`
  const text = bared(code, parseAst(code))
  expect(text).toContain('const Id = Type\n')
  expect(text).toContain("endpoint('PUT', '/api/limits')")
  expect(text).not.toMatch(/uuid|Set one|Integer/)
  expect(text).toContain('/*#__PURE__*/ Math.max(3, 4)')
  expect(text).toContain('=> Type.Union([schema, Type.Null()])')
})
