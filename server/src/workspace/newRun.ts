import { join } from 'node:path';

import type { LaunchSpec } from '../ablation/launcher.ts';
import { type Result, succeed } from '../base/result.ts';
import type { RunRecord } from '../model/run.ts';
import type { WorkspaceFiles } from './files.ts';
import { placeConfig } from './ownConfig.ts';
import { thisProcess } from './owner.ts';
import { createStateFolder, recordedPath, snapshotName } from './runFolder.ts';
import { type ArmPlan, baseOf } from './runPlan.ts';
import { launchSpec } from './runSpec.ts';
import { keepTaskModule } from './taskModule.ts';

/** A run that has its folder, and waits for its turn. */
export interface NewRun {
  readonly folder: string;
  /** Not written yet. */
  readonly record: RunRecord;
  readonly spec: LaunchSpec;
  /** Why it must not run. */
  readonly problem: string | undefined;
}

/** Makes the folder of a run with its config, or says why its command cannot be. Throws where the disk does. */
export async function writeNewRun(
  files: WorkspaceFiles,
  plan: Omit<ArmPlan, 'device'>,
  now: number,
  more: Partial<RunRecord>,
): Promise<Result<NewRun>> {
  const { choice, module, training, name, workspaceFolder } = plan;
  const placed = await placeConfig(files, plan);
  const { id, folder } = await createStateFolder(files, workspaceFolder, 'runs', name);
  const configPath = join(folder, snapshotName(plan.configPath));
  const base = { ...baseOf(plan), runId: id, runFolder: folder, configPath };
  const spec = launchSpec(plan, base, module?.path, training);
  if (!spec.ok) return spec;
  await files.writeAtomically(configPath, placed.text);
  await keepTaskModule(files, folder, module);
  const record: RunRecord = {
    schema: 1,
    id,
    engine: choice.engine,
    config: recordedPath(workspaceFolder, plan.configPath),
    state: 'queued',
    seed: plan.seed,
    ...(plan.steps === undefined ? {} : { steps: plan.steps, askedSteps: plan.steps }),
    startedAt: now,
    owner: thisProcess(),
    ...(spec.value.engine === 'command' ? { command: [...spec.value.command] } : {}),
    ...placed.record,
    ...(plan.ablation ? { ablation: plan.ablation } : {}),
    ...more,
  };
  return succeed({ folder, record, spec: spec.value, problem: placed.problem });
}
