import { join } from 'node:path';

import { z } from 'zod';

import type { CommandLineOverrides } from '../ablation/overrides/chooseOverrides.ts';
import { baselineId } from '../ablation/variantIds.ts';
import { parseJson } from '../base/parseJson.ts';
import type { Variant } from '../model/ablation.ts';
import type { EngineChoice } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import type { RunOverrides } from './ownConfig.ts';
import type { PlannedExperiment } from './planExperiment.ts';
import type { SharedByArms } from './runPlan.ts';

const planFileName = 'plan.json';
const diffsFileName = 'diffs.json';

const choiceSchema = z.discriminatedUnion('engine', [
  z.object({ engine: z.literal('task'), task: z.string() }),
  z.object({
    engine: z.literal('command'),
    command: z.array(z.string()).min(1),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
    gpus: z.array(z.union([z.number(), z.string()])).exactOptional(),
    slurm: z
      .object({ header: z.array(z.string()), arrayLimit: z.number().exactOptional() })
      .exactOptional(),
  }),
]) satisfies z.ZodType<EngineChoice>;

/** `plan.json` of an experiment: what its runs need beyond `ablation.json`. Written once. */
const storedPlanSchema = z.object({
  schema: z.literal(1),
  choice: choiceSchema,
  /** Of each run, where they are not those of its config. */
  steps: z.number().int().positive().optional(),
  module: z.object({ path: z.string(), text: z.string() }).optional(),
  training: z.object({
    backend: z.string(),
    probeEvery: z.number(),
    checkpointEvery: z.number(),
    memoryLimit: z.number(),
  }),
  overrides: z
    .object({
      flag: z.string().exactOptional(),
      /** By the id of the variant. */
      arguments: z.record(z.string(), z.array(z.string())),
    })
    .exactOptional(),
  /** The whole text of each variant's config, by the id of the variant. */
  texts: z.record(z.string(), z.string()),
});

/** What the runs of an experiment need, whoever starts them and whenever. */
export interface StoredPlan extends SharedByArms {
  readonly choice: EngineChoice;
  readonly steps: number | undefined;
  readonly texts: ReadonlyMap<string, string>;
  /** What sets other weights on the command line; absent where runs get copies of the config. */
  readonly overrides?: Pick<CommandLineOverrides, 'arguments' | 'flag'> | undefined;
}

/** What sets the weights of a variant on the command line of its runs. */
export function overridesOf(
  { overrides, texts }: StoredPlan,
  variant: string,
): RunOverrides | undefined {
  const plannedText = texts.get(baselineId);
  if (!overrides || plannedText === undefined) return undefined;
  const { flag, arguments: given } = overrides;
  return { flag, arguments: given.get(variant) ?? [], plannedText };
}

/** Two files, however many variants there are: a report needs the diffs alone. */
export async function writePlan(
  files: WorkspaceFiles,
  folder: string,
  { plan, choice, steps, overrides }: PlannedExperiment,
  shared: SharedByArms,
): Promise<StoredPlan> {
  const stored = {
    schema: 1,
    choice,
    ...shared,
    ...(steps === undefined ? {} : { steps }),
    ...storedOverrides(overrides?.commandLine),
    texts: Object.fromEntries(plan.texts),
  };
  await files.writeAtomically(join(folder, planFileName), `${JSON.stringify(stored)}\n`);
  const diffs = JSON.stringify(Object.fromEntries(plan.diffs), null, 2);
  await files.writeAtomically(join(folder, diffsFileName), `${diffs}\n`);
  return { ...shared, choice, steps, texts: plan.texts, overrides: overrides?.commandLine };
}

function storedOverrides(commandLine: StoredPlan['overrides']) {
  if (!commandLine) return {};
  const { flag, arguments: given } = commandLine;
  const overrides = {
    ...(flag === undefined ? {} : { flag }),
    arguments: Object.fromEntries(given),
  };
  return { overrides };
}

/** Undefined where there is none, as of experiments of earlier versions, or where it is damaged. */
export async function readPlan(
  files: WorkspaceFiles,
  folder: string,
): Promise<StoredPlan | undefined> {
  const text = await files.readText(join(folder, planFileName));
  const parsed = storedPlanSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { choice, steps, module, training, texts, overrides: stored } = parsed.data;
  const overrides = stored && { ...stored, arguments: new Map(Object.entries(stored.arguments)) };
  return { choice, steps, module, training, texts: new Map(Object.entries(texts)), overrides };
}

export async function hasPlan(files: WorkspaceFiles, folder: string): Promise<boolean> {
  return (await files.facts(join(folder, planFileName))) !== undefined;
}

/** What each variant changes; earlier versions kept a file for each. */
export async function readDiffs(
  files: WorkspaceFiles,
  folder: string,
  variants: readonly Pick<Variant, 'id'>[],
): Promise<ReadonlyMap<string, string>> {
  const value = parseJson(await files.readText(join(folder, diffsFileName)));
  const parsed = z.record(z.string(), z.string()).safeParse(value);
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const texts = variants.map(
    async ({ id }) => [id, (await files.readText(join(folder, `${id}.diff`))) ?? ''] as const,
  );
  return new Map(await Promise.all(texts));
}
