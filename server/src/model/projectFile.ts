import { z } from 'zod';

import { lossScaleSchema } from './lossTerm.ts';

export const projectFileName = 'counterweight.yaml';

const termSchema = z.strictObject({
  metric: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the metric that logs the raw value of this loss.'),
  gradient: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the metric that logs the norm of its unweighted gradient.'),
  scale: lossScaleSchema
    .optional()
    .describe('Whether the logged loss is raw or already multiplied by its weight.'),
});

const ruleSchema = z.union([
  z.literal('off'),
  z.strictObject({
    severity: z.enum(['error', 'warning', 'information']).optional(),
    window: z
      .number()
      .int()
      .min(5)
      .optional()
      .describe('Number of the latest probes that the rule looks at.'),
  }),
]);

const runSchema = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'The program and its arguments, never a shell line. {config} is the config of the run, {run_dir} its folder, {seed} its seed, {steps} its number of steps.',
    ),
  cwd: z.string().optional().describe('Working directory, relative to this file.'),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe('Environment variables that are added.'),
});

const ablationSchema = z.strictObject({
  seeds: z
    .array(z.number().int())
    .min(1)
    .optional()
    .describe('One run of every variant for each of these seeds.'),
  steps: z.number().int().positive().optional().describe('Number of optimiser steps of each run.'),
  metrics: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Metrics that decide, most important first.'),
});

/** Everything that `counterweight.yaml` may say; every key is optional. */
export const projectFileSchema = z.strictObject({
  config: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('The file, or files, that set the loss weights, relative to this file.'),
  logs: z
    .array(z.string().min(1))
    .optional()
    .describe('Folders or files where runs appear, relative to this file.'),
  terms: z.record(z.string(), termSchema).optional().describe('What is known of each loss term.'),
  total: z.string().optional().describe('Name of the metric that logs the total loss.'),
  run: runSchema.optional().describe('The program that trains.'),
  ablation: ablationSchema.optional(),
  rules: z
    .record(z.string(), ruleSchema)
    .optional()
    .describe('Options by the name of the rule, or off.'),
});
export type ProjectFile = z.infer<typeof projectFileSchema>;
