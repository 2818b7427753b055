// The API's description as a page: plain HTML, no script.
import type { Endpoint, Needs } from '#contract/endpoint.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem; text-transform: capitalize }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 8px; margin: 6px 0; padding: 8px 12px }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem }
code { font: 13px/1.4 ui-monospace, monospace } pre { overflow: auto; font-size: 12.5px }
.needs { opacity: .75 }`

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

export function docsPage(endpoints: readonly Endpoint<unknown, unknown>[]): string {
  const groups = Map.groupBy(endpoints, ({ path }) => path.split('/')[2] ?? '')
  const sections = [...groups].map(
    ([name, group]) => `<h2>${escaped(name)}</h2>${group.map(entry).join('')}`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Switchboard API</title><style>${STYLE}</style><h1>Switchboard API</h1>
<p>The same as a machine reads it: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Changes need the
session cookie and come from our own origin; every refusal is <code>{ error: { code, message, field? } }</code>.</p>
${sections.join('')}</html>`
}

function entry({ method, path, summary, needs, shape }: Endpoint<unknown, unknown>): string {
  const parts = Object.entries(shape).map(
    ([name, schema]) => `<h3>${name}</h3><pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`,
  )
  return `<details><summary><b>${method}</b> <code>${escaped(path)}</code> — ${escaped(summary)}</summary>
<p class="needs">${escaped(needsInWords(needs))}</p>${parts.join('')}</details>`
}

export function needsInWords(needs: Needs): string {
  if (needs === 'nothing') return 'For anyone.'
  if (needs === 'visitor') return 'For a visitor, with the token as bearer.'
  if (needs === 'session') return 'For anyone who is signed in.'
  return `Needs the permission ${needs}.`
}
