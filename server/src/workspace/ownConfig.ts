import { basename } from 'node:path';

import { textForCopy } from '../ablation/overrides/includes.ts';
import type { OverrideArguments } from '../ablation/overrides/placeOverrides.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { RunRecord } from '../model/run.ts';
import { weightsOf } from './configEvidence.ts';
import { readConfigFile } from './configFile.ts';
import type { WorkspaceFiles } from './files.ts';

/** Weights on the command line of a run, whose program reads the user's own config. */
export interface RunOverrides extends OverrideArguments {
  /** The whole text of the config that it was planned with. */
  readonly plannedText: string;
}

/** The config of a run as it is written down in its folder, and what its record says of it. */
export interface PlacedConfig {
  readonly text: string;
  readonly record: Pick<RunRecord, 'notices' | 'overrides'>;
  /** Why the program would train something else than was planned. */
  readonly problem?: string;
}

/** What is planned for a run. */
interface Planned {
  readonly choice: { readonly engine: RunRecord['engine'] };
  readonly configPath: string;
  readonly configText: string;
  readonly overrides?: RunOverrides | undefined;
}

/**
 * What is written as the config of a run. Where its weights stand on the command line, the program
 * reads the user's own file, and the text only tells what that comes to: there is a problem where
 * that file says other weights by now than the plan counts on.
 */
export async function placeConfig(files: WorkspaceFiles, plan: Planned): Promise<PlacedConfig> {
  const { choice, configPath, configText, overrides } = plan;
  if (choice.engine === 'task') return { text: configText, record: {} };
  if (!overrides) return { text: textForCopy(configPath, configText), record: {} };
  const own = await checkOwnConfig(files, plan);
  const given = { overrides: [...overrides.arguments] };
  if (!own.ok) return { text: configText, record: given, problem: own.error };
  const record = own.value === undefined ? given : { ...given, notices: [own.value] };
  return { text: configText, record };
}

/**
 * Whether the user's own config still has the weights that a plan counts on, with what has changed
 * of it besides; or in words which weight is another.
 */
export async function checkOwnConfig(
  files: WorkspaceFiles,
  { configPath, overrides }: Planned,
): Promise<Result<string | undefined>> {
  if (!overrides) return succeed(undefined);
  const name = basename(configPath);
  const text = await files.readText(configPath);
  if (text === undefined) return fail(`${name} cannot be read any more; was it moved?`);
  if (text === overrides.plannedText) return succeed(undefined);
  const [planned, now] = [overrides.plannedText, text].map((version) =>
    weightsOf(readConfigFile('', configPath, version, undefined)),
  );
  for (const [term, weight] of planned ?? []) {
    const other = now?.get(term);
    if (Object.is(other, weight)) continue;
    const says = other === undefined ? `has no weight of ${term}` : `says ${term} ${other}`;
    return fail(
      `On the disk ${name} ${says}, and this was planned with ${weight}. The program reads that file itself: save or restore it, or run the ablation again.`,
    );
  }
  return succeed(
    `${name} has changed since this was planned, though not its weights; the run is of the file as it was when it began.`,
  );
}
