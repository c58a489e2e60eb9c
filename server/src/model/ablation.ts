import { z } from 'zod';

import { ablationRequestSchema } from './ablationRequest.ts';
import { jsonNumberSchema } from './number.ts';
import { projectFileSchema } from './projectFile.ts';
import { runStateSchema } from './run.ts';

/** A ready-made experiment: the config as it is against configs that differ in some keys. */
export interface ReadyAblation {
  /** Short and safe as part of a file's name: `without-kl`. */
  readonly name: string;
  /** As a button says it: `without kl`. */
  readonly title: string;
  /** What it answers, in one sentence. */
  readonly question: string;
  readonly variants: readonly {
    readonly label: string;
    /** Keys of the config with the values that they have in this variant. */
    readonly changes: readonly {
      readonly path: readonly string[];
      readonly value: number | string | boolean | null;
    }[];
  }[];
  /** Metrics that answer the question, most telling first; the others of the report follow. */
  readonly metrics?: readonly string[];
  /** Steps of each run where it is shorter than the config's. */
  readonly steps?: number;
}

/** One weight that differs from the baseline. */
export const weightChangeSchema = z.object({ term: z.string(), from: z.number(), to: z.number() });
export type WeightChange = z.infer<typeof weightChangeSchema>;

/** One arm of an experiment: the baseline has no changes. */
export const variantSchema = z.object({
  id: z.string(),
  /** For people: `baseline`, `without render`. */
  label: z.string(),
  changes: z.array(weightChangeSchema),
  /** All keys of the config that differ, dotted, where they are known. */
  keys: z.array(z.string()).optional(),
});
export type Variant = z.infer<typeof variantSchema>;

/** At which steps an experiment is looked at, and how many of its variants go on from there. */
const halvingPlanSchema = z.object({
  metric: z.string(),
  better: z.enum(['lower', 'higher']),
  rungs: z.array(
    z.object({ step: z.number().int().positive(), keep: z.number().int().positive() }),
  ),
});
export type HalvingPlan = z.infer<typeof halvingPlanSchema>;

export const ablationArmRunSchema = z.object({
  runId: z.string(),
  variant: z.string(),
  seed: z.number().int(),
  state: runStateSchema,
});

/** `ablation.json`: plan and progress of one experiment, written atomically at each change. */
export const ablationRecordSchema = z.object({
  schema: z.literal(1),
  id: z.string(),
  /** Relative to the workspace folder, with forward slashes. */
  config: z.string(),
  title: z.string(),
  request: ablationRequestSchema,
  /** What it answers, where it is a ready-made one. */
  question: z.string().optional(),
  /** Metrics that answer the question, most telling first. */
  leading: z.array(z.string()).optional(),
  /** What was left out of it, and why, in words. */
  notes: z.array(z.string()).optional(),
  /** All terms of the config with their weights in the baseline, in its order. */
  terms: z.array(z.object({ name: z.string(), weight: z.number() })).optional(),
  /** What `counterweight.yaml` said of the names of metrics when it was started. */
  project: projectFileSchema.pick({ terms: true, total: true }).optional(),
  /** The metrics that decide, where the user has named them. */
  metrics: z.array(z.string()).optional(),
  /** How hopeless variants are stopped early, where they are. */
  halving: halvingPlanSchema.optional(),
  /** Runs that were stopped so: their end is no fault of the experiment. */
  stopped: z.array(z.string()).optional(),
  variants: z.array(variantSchema).min(2),
  runs: z.array(ablationArmRunSchema),
  createdAt: z.number(),
  state: runStateSchema,
  /** Why it ended as it did, where it did not finish. */
  reason: z.string().optional(),
  /** Taken off the list by a person; its files stay. */
  cleared: z.literal(true).optional(),
});
export type AblationRecord = z.infer<typeof ablationRecordSchema>;

/** What a comparison with the baseline says of one metric; `baseline` for the baseline itself. */
const judgementSchema = z.enum([
  'baseline',
  'better',
  'worse',
  /** It differs, and it is not known which way is better. */
  'different',
  'same',
  /** The interval holds 0, the number of variants explains the difference, or there is one seed. */
  'unclear',
  /** There is no finite number. */
  'unknown',
]);
export type Judgement = z.infer<typeof judgementSchema>;

const intervalSchema = z.tuple([jsonNumberSchema, jsonNumberSchema]);

/** One number a run, and what the runs of a variant say with it against those of the baseline. */
const reportMeasureSchema = z.object({
  mean: jsonNumberSchema,
  /** One value a seed, in the order of the plan; none where no run has ended with one. */
  values: z.array(jsonNumberSchema),
  /** Mean of the paired differences to the baseline; absent for the baseline itself. */
  difference: jsonNumberSchema.optional(),
  /** 95 % interval of the mean paired difference (paired t); absent with fewer than two seeds. */
  interval: intervalSchema.optional(),
  /** The same by the bootstrap; absent with fewer than three seeds, and past the best variants. */
  bootstrap: intervalSchema.optional(),
  /**
   * Two-sided p of the paired t test, corrected by Holm for the number of variants that this metric
   * is compared in; absent with fewer than two seeds.
   */
  adjusted: z.number().optional(),
  /**
   * Where nothing is decided: with about so many more seeds it would be, were the true difference the
   * one seen; `many` for more than are counted. Absent past the best variants.
   */
  moreSeeds: z.union([z.number().int().positive(), z.literal('many')]).optional(),
  judgement: judgementSchema,
});
export type ReportMeasure = z.infer<typeof reportMeasureSchema>;

/** A metric of one variant: by the mean over the last tenth of the steps of each run. */
export const reportCellSchema = reportMeasureSchema.extend({
  variant: z.string(),
  /** By the mean over all steps that the runs share; absent where they share none. */
  curve: reportMeasureSchema.optional(),
});

export const reportRowSchema = z.object({
  metric: z.string(),
  /** Which way is better, where it is known. */
  better: z.enum(['lower', 'higher', 'unknown']),
  /** Why it is compared, as the end of a sentence: `its name says that it measures quality`. */
  reason: z.string(),
  cells: z.array(reportCellSchema),
});
export type ReportRow = z.infer<typeof reportRowSchema>;

export const reportCurveSchema = z.object({
  metric: z.string(),
  variant: z.string(),
  seed: z.number().int(),
  steps: z.array(z.number()),
  values: z.array(jsonNumberSchema),
});

export const ablationReportSchema = z.object({
  id: z.string(),
  title: z.string(),
  config: z.string(),
  /** What it answers, where it is a ready-made one. */
  question: z.string().optional(),
  state: runStateSchema,
  /** In words, with its numbers; one sentence a line. */
  verdict: z.array(z.string()),
  variants: z.array(
    variantSchema.extend({
      diff: z.string(),
      /** Its runs are those of the baseline to the last bit, in everything or in all but the total. */
      likeness: z.enum(['identical', 'total only']).optional(),
    }),
  ),
  /** The seeds in the order of the values of a cell. */
  seeds: z.array(z.number().int()),
  /** Who has chosen the metrics. */
  chosenBy: z.enum(['user', 'project', 'rules']),
  /** The names of all metrics that the runs have. */
  available: z.array(z.string()),
  rows: z.array(reportRowSchema),
  curves: z.array(reportCurveSchema),
  runs: z.array(ablationArmRunSchema.extend({ reason: z.string().optional() })),
});
export type AblationReport = z.infer<typeof ablationReportSchema>;
