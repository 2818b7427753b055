// The hashes a strict script-src needs: one for every inline script of the page the server sends.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Adapter } from '@sveltejs/kit'

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g

/** The CSP source expressions (`'sha256-…'`) of all inline scripts in a page. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(inlineScript)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  )
}

/** Runs the adapter, then writes `csp.json` (`{ "scriptSrc": ["'sha256-…'"] }`) beside the page. */
export function withCspHashes(adapter: Adapter, folder: string, page: string): Adapter {
  return {
    ...adapter,
    async adapt(builder) {
      await adapter.adapt(builder)
      const html = await readFile(path.join(folder, page), 'utf8')
      const scriptSrc = inlineScriptHashes(html)
      await writeFile(path.join(folder, 'csp.json'), `${JSON.stringify({ scriptSrc }, null, 2)}\n`)
    },
  }
}
