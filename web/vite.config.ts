import { fileURLToPath } from 'node:url'
import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { bareContract } from './bare-contract.ts'
import { withCspHashes } from './csp.ts'
import { travelTogether } from './travelling.ts'

const folder = '../build/web'
const page = '200.html'
const server = process.env['SWITCHBOARD_SERVER'] ?? 'http://localhost:3000'

export default defineConfig({
  plugins: [
    bareContract(),
    travelTogether(),
    tailwindcss(),
    sveltekit({
      adapter: withCspHashes(
        adapter({ pages: folder, fallback: page, precompress: true }),
        folder,
        page,
      ),
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
