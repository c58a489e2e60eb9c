import { z } from 'zod';

import { findWeightsSchema } from './findWeights.ts';

/** Messages to the thread that looks for loss weights in the files of a folder. */
export const toScanThreadSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('scan'),
    /** Tells the answers apart. */
    id: z.number().int(),
    /** Absolute. */
    top: z.string(),
    excludes: findWeightsSchema.shape.excludes,
  }),
  z.object({ type: z.literal('cancel'), id: z.number().int() }),
]);
export type ToScanThread = z.infer<typeof toScanThreadSchema>;

const scannedWeightSchema = z.object({
  name: z.string(),
  /** Threads hand over NaN and the infinities as they are. */
  weight: z.custom<number>((value) => typeof value === 'number').optional(),
  line: z.number().int(),
});

const scannedConfigSchema = z.object({
  path: z.string(),
  weights: z.array(scannedWeightSchema).readonly(),
  others: z.number().int(),
});

/** Messages of that thread: a few files at a time, and the end of each scan that was not cancelled. */
export const fromScanThreadSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('found'),
    id: z.number().int(),
    configs: z.array(scannedConfigSchema).readonly(),
  }),
  z.object({
    type: z.literal('scanned'),
    id: z.number().int(),
    /** How many files were looked at, and whether there are more. */
    files: z.number().int(),
    isCut: z.boolean(),
  }),
  z.object({ type: z.literal('failed'), id: z.number().int(), reason: z.string() }),
]);
export type FromScanThread = z.infer<typeof fromScanThreadSchema>;
