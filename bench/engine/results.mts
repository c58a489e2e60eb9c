import { z } from 'zod';

import { summarySchema } from './statistics.mts';

/** Steps from one probe to the next. */
export const cadences: readonly number[] = [1, 4, 16, 50];

/** What a process is asked to measure: one backend on some nets. */
export const orderSchema = z.object({
  backend: z.string(),
  nets: z.array(z.string()),
  losses: z.array(z.number().int().positive()),
  /** Milliseconds for one cell; slow ones take longer, as each is measured at least twice. */
  budget: z.number().positive(),
  /** Whether PyTorch is timed beside it. */
  torch: z.boolean(),
  /** Steps of the leak check; 0 for none. */
  leakSteps: z.number().int().nonnegative(),
});
export type Order = z.infer<typeof orderSchema>;

const loopSchema = z.object({
  cadence: z.number().int().positive(),
  /** Of a loop with this cadence to plain steps. */
  ratio: summarySchema,
  /** False where the loop would take too long and the ratio is computed from the cadence 1. */
  measured: z.boolean(),
});

const torchSchema = z.object({
  /** Milliseconds of a plain step. */
  plain: summarySchema,
  /** To PyTorch's plain step: the loop of seed 004 and ours in PyTorch. */
  handMade: summarySchema,
  shared: summarySchema,
  /** Our plain step to PyTorch's, pair by pair. */
  plainRatios: z.array(z.number()),
  /** Our probe to PyTorch's hand-made loop, pair by pair. */
  probeToHandMade: z.array(z.number()),
});

/** One backend on one net with one number of losses. */
export const cellSchema = z.object({
  backend: z.string(),
  net: z.string(),
  losses: z.number().int().positive(),
  /** Milliseconds of a plain step. */
  plain: summarySchema,
  loops: z.array(loopSchema),
  /** Of K+1 forward and backward passes to a plain step; absent where it does not apply. */
  naive: summarySchema.optional(),
  torch: torchSchema.optional(),
});
export type Cell = z.infer<typeof cellSchema>;

const changeSchema = z.object({ before: z.number(), after: z.number() });

/** What was allocated before and after many steps; bytes where nothing else is said. */
export const leakSchema = z.object({
  backend: z.string(),
  steps: z.number().int().positive(),
  tensors: changeSchema,
  tensorBytes: changeSchema,
  /** Memory outside the JavaScript heap that the garbage collector knows of, after a collection. */
  external: changeSchema,
  /** The JavaScript heap after a collection. */
  heap: changeSchema,
  resident: changeSchema,
});
export type Leak = z.infer<typeof leakSchema>;

/** What the process tells of itself as it goes. */
export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('backend'),
    backend: z.string(),
    software: z.boolean(),
    detail: z.string(),
  }),
  z.object({ type: z.literal('torch'), version: z.string(), blas: z.string() }),
  z.object({ type: z.literal('cell'), cell: cellSchema }),
  z.object({ type: z.literal('leak'), leak: leakSchema }),
  /** Something that was not measured and why. */
  z.object({ type: z.literal('missing'), what: z.string(), reason: z.string() }),
  z.object({ type: z.literal('done') }),
]);
export type Message = z.infer<typeof messageSchema>;

/** Milliseconds from the start of the train host to its first step. */
export interface HostStart {
  readonly backend: string;
  readonly milliseconds: readonly number[];
}

/** Everything that one run of the benchmark found. */
export interface Results {
  readonly backends: readonly Extract<Message, { type: 'backend' }>[];
  readonly torch: Extract<Message, { type: 'torch' }> | undefined;
  readonly cells: readonly Cell[];
  readonly leaks: readonly Leak[];
  readonly start: HostStart | undefined;
  readonly missing: readonly Extract<Message, { type: 'missing' }>[];
}
