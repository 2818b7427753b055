import { fileURLToPath } from 'node:url'
import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'
import { bareContract } from './bare-contract.ts'
import { withCspHashes } from './csp.ts'
import { plainIcons } from './plain-icons.ts'
import { travelTogether } from './travelling.ts'

const folder = '../build/web'
const page = '200.html'
const server = process.env['SWITCHBOARD_SERVER'] ?? 'http://localhost:3000'

/** In the browser alone: Kit's own steps of the build speak devalue. */
function withoutDevalue(): Plugin {
  const standIn = fileURLToPath(new URL('no-devalue.ts', import.meta.url))
  return {
    name: 'without-devalue',
    apply: 'build',
    enforce: 'pre',
    resolveId(id) {
      return id === 'devalue' && this.environment.name === 'client' ? standIn : null
    },
  }
}

export default defineConfig({
  plugins: [
    bareContract(),
    withoutDevalue(),
    plainIcons(),
    travelTogether(),
    tailwindcss(),
    sveltekit({
      adapter: withCspHashes(
        adapter({ pages: folder, fallback: page, precompress: true }),
        folder,
        page,
      ),
      // Ours all speak runes, those that need none too: nothing then brings along what came before.
      compilerOptions: {
        runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true),
      },
      // How soon an open page learns that it is out of date; it offers a reload, never forces one.
      version: { pollInterval: 60_000 },
    }),
  ],
  resolve: { alias: { typebox: fileURLToPath(new URL('no-typebox.ts', import.meta.url)) } },
  build: { target: 'es2022' },
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/api': server,
      '/files': server,
      '/widget': server,
      '/demo': server,
      '/dev/mail': server,
      // The server takes sockets from pages of its own origin alone.
      '/socket.io': { target: server, ws: true, rewriteWsOrigin: true },
    },
  },
})
