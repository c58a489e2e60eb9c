import { neverCancelled } from '../base/cancellation.ts';
import { type Result, succeed } from '../base/result.ts';
import { inTurns } from '../base/turns.ts';
import type { ExperimentRequest } from './experimentRecord.ts';
import type { WorkspaceFiles } from './files.ts';
import { type PlannedExperiment, planInTurns } from './planExperiment.ts';
import { baselineOverrides } from './planOverrides.ts';
import { readProgram } from './programSource.ts';
import { checkPlan } from './runPlan.ts';
import type { TaskModuleFile } from './taskModule.ts';

/** What starting an experiment takes, once it is known that its runs could be started. */
export interface PreparedExperiment {
  readonly planned: PlannedExperiment;
  /** The module of the user's own task as it is now. */
  readonly module: TaskModuleFile | undefined;
}

/** Plans an experiment and checks that its baseline could run as things stand, or says why not. */
export async function prepareExperiment(
  files: WorkspaceFiles,
  asked: ExperimentRequest,
): Promise<Result<PreparedExperiment>> {
  const { config, found, workspaceFolder } = asked;
  const program = await readProgram(files, config, found);
  const planned = await inTurns(planInTurns({ ...asked, program }), neverCancelled);
  if (!planned.ok) return planned;
  const { choice, steps, plan, overrides: chosen } = planned.value;
  const checked = await checkPlan(files, {
    workspaceFolder,
    configPath: config.path,
    configText: config.text,
    choice,
    steps,
    seed: plan.runs[0]?.seed ?? 0,
    overrides: baselineOverrides(chosen, config.text),
  });
  return checked.ok ? succeed({ planned: planned.value, module: checked.value }) : checked;
}
