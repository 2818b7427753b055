// Stands for TypeBox in the browser's build. The contract's schemas are types there: nothing in a
// page looks at one, since native constraints and the server's refusals do the judging. Without
// this every page would carry a schema builder, 11 KB gzipped, to make values that nobody reads.
// One schema may be made of another's properties, so that whatever is asked of one is one again.
const schema: object = new Proxy(() => schema, {
  get: (_, name) => (typeof name === 'symbol' ? undefined : schema),
})

export const Type = schema
