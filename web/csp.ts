// What a strict policy must be told about this build: the hashes of what stands inline.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Adapter } from '@sveltejs/kit'

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g
const inlineStyle = /<[a-z][^<>]* style="([^"$<>]+)"/g

function hashesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  )
}

async function scriptsIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true })
  const scripts = names.filter((name) => name.endsWith('.js'))
  return (
    await Promise.all(scripts.map((name) => readFile(path.join(folder, name), 'utf8')))
  ).join()
}

/**
 * Runs the adapter, then writes `csp.json` beside the page, the sources for two directives:
 * `scriptSrc` for the page's own scripts, `styleSrcAttr` for the style attributes that templates hold.
 */
export function withCspHashes(adapter: Adapter, folder: string, page: string): Adapter {
  return {
    ...adapter,
    async adapt(builder) {
      await adapter.adapt(builder)
      const html = await readFile(path.join(folder, page), 'utf8')
      const styles = new Set(hashesOf(await scriptsIn(folder), inlineStyle))
      const sources = {
        scriptSrc: hashesOf(html, inlineScript),
        styleSrcAttr: styles.size > 0 ? ["'unsafe-hashes'", ...styles] : ["'none'"],
      }
      await writeFile(path.join(folder, 'csp.json'), `${JSON.stringify(sources, null, 2)}\n`)
    },
  }
}
