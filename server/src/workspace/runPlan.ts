import { dirname } from 'node:path';

import type { LaunchBase } from '../ablation/launcher.ts';
import { type Result, succeed } from '../base/result.ts';
import type { EngineChoice } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import { checkOwnConfig, type RunOverrides } from './ownConfig.ts';
import { fillCommand, type TrainingSettings } from './runSpec.ts';
import { readTaskModule, type TaskModuleFile } from './taskModule.ts';

/** What to run. */
export interface RunPlan {
  readonly workspaceFolder: string;
  readonly configPath: string;
  /** The text of the config of this run: the user's, or a variant of it. */
  readonly configText: string;
  readonly choice: EngineChoice;
  readonly seed: number;
  readonly steps: number | undefined;
  /** Absent where the program gets a copy of the config. */
  readonly overrides?: RunOverrides | undefined;
  readonly ablation?: { readonly id: string; readonly variant: string };
}

/** What is the same for all arms of an experiment, whatever is changed while they wait. */
export interface SharedByArms {
  /** The module of the user's own task as it was when the experiment was asked for. */
  readonly module: TaskModuleFile | undefined;
  readonly training: TrainingSettings;
}

/** An arm of an experiment whose turn has come. */
export interface ArmPlan extends RunPlan, SharedByArms {
  /** Of its folder; where that is there already, a number is added. */
  readonly name: string;
  /** What it has a place on. */
  readonly device: string;
}

/** Whether a run could be started as things stand, with the module of its task; or in words why not. */
export async function checkPlan(
  files: WorkspaceFiles,
  plan: RunPlan,
): Promise<Result<TaskModuleFile | undefined>> {
  const { choice, configPath, configText, overrides, seed, steps } = plan;
  if (choice.engine === 'task') return readTaskModule(files, configPath, configText);
  const paths = { config: configPath, run_dir: dirname(configPath) };
  const values = { ...paths, seed, ...(steps === undefined ? {} : { steps }) };
  const filled = fillCommand(choice.command, values, overrides);
  if (!filled.ok) return filled;
  const own = await checkOwnConfig(files, plan);
  return own.ok ? succeed(undefined) : own;
}

/** What every launcher is told of a run of this plan. */
export function baseOf({
  seed,
  steps,
  ablation,
}: RunPlan): Pick<LaunchBase, 'experiment' | 'seed' | 'steps'> {
  const experiment = ablation && { experiment: ablation.id };
  return { seed, ...(steps === undefined ? {} : { steps }), ...experiment };
}
