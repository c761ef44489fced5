import { defineConfig } from 'vitest/config'

/** Unit tests need nothing; integration tests share one real broker and one real registry (`test/setup/sandbox.ts`). */
export default defineConfig({
  test: {
    // kafkajs changes its retry defaults under NODE_ENV=test; tests run with those of production.
    env: { NODE_ENV: 'production', KAFKAJS_NO_PARTITIONER_WARNING: '1' },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.integration.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          globalSetup: ['test/setup/sandbox.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
