import { defineConfig } from 'vitest/config';

/** The levels of tests; each is a project, so that one can be run alone: `npx vitest --project unit`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          // Loading a backend on a busy machine.
          hookTimeout: 60_000,
          // vitest leaves one core to itself by default, which is half of a machine with two.
          maxWorkers: '100%',
          // A file in each of many fresh processes costs a third of a second of start-up and imports.
          // What a file leaves behind in its process others see: modules hold no state of ours, and
          // tests that change what all share put it back.
          isolate: false,
          sequence: { groupOrder: 1 },
          // tfjs-core publishes its gradients only as modules for bundlers, which Node cannot load.
          server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
        },
      },
      { test: { name: 'tidy', include: ['test/tidy/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          // Most wait for processes of their own: two files at a time take two thirds of the time of one.
          maxWorkers: 2,
          // Of the tests that say they may run at once: each works in processes of its own.
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/installOnce.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
