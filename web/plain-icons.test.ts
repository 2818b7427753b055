import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { plain } from './plain-icons.ts'

const ICON = /import (\w+) from '(@lucide\/svelte\/icons\/[\w-]+)'/g
const pages = globSync('web/src/**/*.{svelte,ts}').map((file) => readFileSync(file, 'utf8'))

test('every icon in use is drawn whole', () => {
  const names = new Set(pages.flatMap((text) => [...text.matchAll(ICON)].map(([, , id]) => id)))
  expect(names.size).toBeGreaterThan(50)
  for (const name of names) {
    const named = `node_modules/${name?.replace('/icons/', '/dist/icons/')}.js`
    // An icon may have got another name since.
    const file = join(
      dirname(named),
      /from "(.*\.svelte)"/.exec(readFileSync(named, 'utf8'))?.[1] ?? '',
    )
    const code = readFileSync(file, 'utf8')
    const drawn = plain(code)
    const paths = [...code.matchAll(/"d": "([^"]+)"/g)].map(([, path]) => path ?? '')
    for (const path of paths) expect(drawn, file).toContain(`d="${path}"`)
    const shapes = code.match(/\["(?:path|circle|ellipse|line|polygon|polyline|rect)", \{/g)
    expect(drawn.match(/ \/>/g)?.length, file).toBe(shapes?.length)
  }
})

test('nobody asks more of an icon than its size', () => {
  for (const text of pages) {
    for (const [, name] of text.matchAll(ICON)) {
      for (const [tag, given = ''] of text.matchAll(new RegExp(`<${name}\\b([^>]*?)/>`, 'g')))
        expect(given.replace(/size=\{[^}]*\}|aria-hidden="true"/g, '').trim(), tag).toBe('')
    }
  }
})
