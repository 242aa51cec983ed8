import { defineConfig } from 'vitest/config'

/** They kill servers, of a stack of their own. */
const CHAOS = ['test/chaos/**/*.test.ts', 'test/observability/faults.servers.test.ts']
/** Each of them takes a minute or more, so `npm test` leaves them to `.ci/run`. */
const SCENARIOS = [
  'test/integration/{bridge-outage,errors,examples,security,side-by-side}.test.ts',
  'test/observability/live.servers.test.ts',
]

/**
 * `unit` needs no server and runs without any; `servers` starts the local stack, and so do the long `scenarios`;
 * `chaos` kills it.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{integration,contracts,chaos}/**', '**/*.servers.test.ts'],
          testTimeout: 30_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'servers',
          include: ['test/{integration,contracts}/**/*.test.ts', 'test/**/*.servers.test.ts'],
          exclude: [...SCENARIOS, ...CHAOS],
          globalSetup: ['test/support/stack-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'scenarios',
          include: SCENARIOS,
          globalSetup: ['test/support/stack-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'chaos',
          // What is waited for in each is a session's end; more would be too much for two cores.
          maxConcurrency: 2,
          include: CHAOS,
          globalSetup: ['test/support/stack-setup.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
