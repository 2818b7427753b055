import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

const PURE = ['contract/**/*.test.ts', 'server/**/{rules,decide,forecast}.test.ts']
const SEVERAL = ['server/**/*.several.test.ts']

export default defineConfig({
  test: {
    // Vitest keeps one core free, which is half of two; nobody waits for this machine meanwhile.
    maxWorkers: '100%',
    projects: [
      // Long enough for a busy machine: none of these waits for anything.
      { test: { name: 'pure', include: PURE, testTimeout: 30_000 } },
      {
        test: {
          name: 'server',
          include: ['server/**/*.test.ts'],
          exclude: [...PURE, ...SEVERAL],
          globalSetup: ['server/testing/template.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'several',
          include: SEVERAL,
          globalSetup: ['server/testing/template.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        plugins: [svelte(), svelteTesting()],
        test: {
          name: 'web',
          include: ['web/**/*.test.ts'],
          environment: 'happy-dom',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['server/testing/template.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
