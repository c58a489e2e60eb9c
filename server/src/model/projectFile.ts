import { z } from 'zod';

import { setMemberSchema } from './ablationRequest.ts';
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
  z.literal('off').describe('The rule says nothing.'),
  z.strictObject({
    severity: z
      .enum(['error', 'warning', 'information'])
      .optional()
      .describe('How loudly it says what it finds.'),
    window: z
      .number()
      .int()
      .min(5)
      .optional()
      .describe('Number of the latest probes that the rule looks at.'),
  }),
]);

const slurmSchema = z.strictObject({
  header: z
    .array(z.string().regex(/^[^\r\n]+$/))
    .optional()
    .describe(
      'Lines at the top of the batch script, as you write them yourself: "#SBATCH --partition=gpu", "#SBATCH --time=4:00:00", and commands such as module load cuda.',
    ),
  array_limit: z
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'So many runs of an experiment are on the cluster at once; all that it has room for where this is left out.',
    ),
});

/** The forms in which programs take other weights on their command line. */
export const overrideFormNameSchema = z.enum(['argparse', 'detectron2', 'hydra', 'mmengine']);
export type OverrideFormName = z.infer<typeof overrideFormNameSchema>;

const runSchema = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'The program and its arguments, never a shell line. {config} is the config of the run, {run_dir} its folder, {seed} its seed, {steps} its number of steps; {overrides}, as an argument of its own, is where other weights go that are set on the command line, at the end without it.',
    ),
  overrides: z
    .enum(['auto', 'copy', ...overrideFormNameSchema.options])
    .optional()
    .describe(
      'How an ablation sets other weights. copy: {config} is a changed copy in the folder of the run. Else {config} is your own file, and they are set on the command line: --key value (argparse), KEY value (detectron2 and yacs), key=value (hydra), --cfg-options key=value (mmengine). auto, which it is without this: as the program surely takes them, else copy.',
    ),
  cwd: z.string().optional().describe('Working directory, relative to this file.'),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe('Environment variables that are added.'),
  gpus: z
    .array(z.union([z.number().int().min(0), z.string().regex(/^[\w.:/-]+(?:,[\w.:/-]+)*$/)]))
    .min(1)
    .optional()
    .describe(
      'GPUs that runs share, one run on each at a time: numbers or names (of MIG instances too) as CUDA_VISIBLE_DEVICES takes them, which is set for each run; "0,1" are two that one run has together. Without it one run goes after the other.',
    ),
  slurm: slurmSchema
    .optional()
    .describe(
      'Runs go to a Slurm cluster, those of an experiment as one job array. The editor runs on a login node, and this folder lies on a filesystem that the nodes share with it. {} for the defaults of the cluster.',
    ),
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
  sets: z
    .record(z.string(), z.array(setMemberSchema).min(1))
    .optional()
    .describe('Experiments by name, each a list of requests whose variants run as one.'),
});

const logPatternSchema = z.strictObject({
  files: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'The logs that are read by this pattern, relative to this file and written with /: * stands for any part of a name, ** for any folders, {a,b} for either.',
    ),
  line: z
    .string()
    .min(1)
    .describe(
      'A regular expression (RE2) that finds the metrics in a line, in single quotes. Each named group is a metric: (?<loss>[-+.\\w]+). Where the line names its metrics, (?<name>…) takes the name and (?<value>…) the number, as often as they come.',
    ),
  step: z
    .string()
    .min(1)
    .optional()
    .describe('The group that holds the step; the group step where this is left out.'),
  wall_time: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The group that holds the time, as seconds since 1970 or as 2026-11-21 10:30:00; the group wall_time where this is left out.',
    ),
  prefix: z
    .string()
    .optional()
    .describe('Comes before the name of every metric that this pattern finds, such as val/.'),
});
export type LogPattern = z.infer<typeof logPatternSchema>;

/** Everything that `counterweight.yaml` may say; every key is optional. */
export const projectFileSchema = z.strictObject({
  config: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .optional()
    .describe(
      'The file, or files, that set the loss weights, relative to this file; a folder stands for all files in it. What other files set is not marked.',
    ),
  logs: z
    .array(z.string().min(1))
    .optional()
    .describe('Folders or files where runs appear, relative to this file.'),
  log_patterns: z
    .array(logPatternSchema)
    .optional()
    .describe(
      'How to read logs of a form of your own. Several patterns may be for the same file; a line is read by the first that matches it. Runs only in a trusted workspace.',
    ),
  terms: z.record(z.string(), termSchema).optional().describe('What is known of each loss term.'),
  total: z.string().min(1).optional().describe('Name of the metric that logs the total loss.'),
  run: runSchema.optional().describe('The program that trains.'),
  ablation: ablationSchema.optional().describe('What every ablation of these configs is like.'),
  rules: z
    .record(z.string(), ruleSchema)
    .optional()
    .describe('Options by the name of the rule, or off.'),
});
export type ProjectFile = z.infer<typeof projectFileSchema>;
