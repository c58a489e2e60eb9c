import { z } from 'zod';

/** The settings of the extension, by their names below `counterweight.` in package.json. */
export const settingsSchema = z.object({
  inlayHints: z
    .boolean()
    .default(true)
    .describe('Show what each loss does at the end of the line of its weight.'),
  codeLens: z
    .boolean()
    .default(true)
    .describe('Show ablations and the trend above the line of each loss weight.'),
  probeEvery: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Probe the gradient of each loss every so many steps, after the first 20.'),
  backend: z
    .enum([
      'auto',
      'tfjs-node-gpu',
      'compiled-cuda',
      'compiled-webgpu',
      'webgpu',
      'compiled-cpu',
      'tfjs-node',
      'wasm',
      'cpu',
    ])
    .default('auto')
    .describe('Backend for instrumented training; auto takes the fastest that works here.'),
  memoryLimit: z
    .number()
    .int()
    .min(0)
    .max(1_048_576)
    .default(0)
    .describe(
      'MiB of memory above which a training is ended, its metrics and a checkpoint kept; 0 for half of the memory of this machine, 16 GiB at most.',
    ),
  checkpointEvery: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(500)
    .describe(
      'Save a checkpoint of a training every so many steps, to resume it from; 0 for none but the one of a cancelled training.',
    ),
  nodePath: z
    .string()
    .default('')
    .describe('Path of the Node.js (22 or newer) that runs the training; empty to look for one.'),
  logMemory: z
    .number()
    .int()
    .min(16)
    .max(1_048_576)
    .default(512)
    .describe(
      'MiB of memory for the points of all logs; beyond, the oldest are read again from their files when they are looked at. Counts from the next start of the window.',
    ),
  polling: z
    .boolean()
    .default(false)
    .describe('Watch logs by polling, for network file systems that report no changes.'),
});
export type Settings = z.infer<typeof settingsSchema>;
