import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    // Most of a test's time is spent waiting for servers and programs: a core that is left free for them stands idle.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers and programs on a busy machine: what fails in CI is run once more, and the report names it. Locally nothing is.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
