// Builds the widget: the loader as one script under a lasting name, the frame and the demo page with
// assets named by their hash. All of it is served below /widget, the demo page at /demo.
import { readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type InlineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))
/** Elsewhere when an argument says so. */
const outDir = path.resolve(process.argv[2] ?? path.join(root, '../../build/widget'))

const modules = path.resolve(root, '../../node_modules')
const engine = `${modules}/engine.io-client/build/esm`
const MINIMAL_ENGINE = `${engine}/websocket-only.js`

/**
 * The socket's client with one transport and no look-up of namespaces by address: long-polling,
 * WebTransport and that look-up are a third of its bytes, and the frame uses none of them.
 */
const websocketOnly: Plugin = {
  name: 'websocket-only',
  enforce: 'pre',
  resolveId: (source, importer) => {
    if (source === 'socket.io-client') return `${modules}/socket.io-client/build/esm/manager.js`
    if (source === 'engine.io-client') return MINIMAL_ENGINE
    if (source === './transports/index.js' && importer === `${engine}/socket.js`)
      return `${engine}/transports/websocket-only.js`
    return undefined
  },
  load: (id) => {
    if (id === MINIMAL_ENGINE)
      return `export { Socket } from './socket.js'
        export { installTimerFunctions } from './util.js'
        export { nextTick } from './globals.js'`
    if (id === `${engine}/transports/websocket-only.js`)
      return "import { WS } from './websocket.js'\nexport const transports = { websocket: WS }"
    return undefined
  },
}

const shared: InlineConfig = { root, configFile: false, logLevel: 'warn', publicDir: false }

async function buildLoader(): Promise<void> {
  await build({
    ...shared,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      lib: {
        entry: path.join(root, 'loader/loader.ts'),
        formats: ['iife'],
        name: 'switchboardLoader',
        fileName: () => 'loader.js',
      },
    },
  })
}

async function buildPages(): Promise<void> {
  await build({
    ...shared,
    base: '/widget/',
    plugins: [websocketOnly, svelte({ configFile: false, emitCss: false })],
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: [path.join(root, 'frame.html'), path.join(root, 'demo/demo.html')],
      },
    },
  })
  await rename(path.join(outDir, 'demo/demo.html'), path.join(outDir, 'demo.html'))
  await rm(path.join(outDir, 'demo'), { recursive: true })
}

/** The frame's policy allows nothing inline; a page that has some would be broken only when served. */
async function refuseInline(page: string): Promise<void> {
  const html = await readFile(path.join(outDir, page), 'utf8')
  if (/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(html))
    throw new Error(`${page} has inline script or style, which its policy forbids`)
}

await rm(outDir, { recursive: true, force: true })
await buildLoader()
await buildPages()
for (const page of ['frame.html', 'demo.html']) await refuseInline(page)
