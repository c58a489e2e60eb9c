import type { LaunchBase, LaunchSpec, TaskLaunch } from '../ablation/launcher.ts';
import { fillPlaceholders, type PlaceholderValues } from '../ablation/launchers/placeholders.ts';
import { type OverrideArguments, placeOverrides } from '../ablation/overrides/placeOverrides.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { deviceEnvironment } from './devices.ts';
import type { EngineChoice } from './engineChoice.ts';

/** How built-in tasks are trained, as the user has set it. */
export interface TrainingSettings {
  readonly backend: string;
  readonly probeEvery: number;
  readonly checkpointEvery: number;
  readonly memoryLimit: number;
}

/** The config of a run, and the words of its command that say what differs from it. */
interface GivenConfig {
  /** The user's own. */
  readonly configPath: string;
  /** Absent where the program gets the copy in the folder of the run. */
  readonly overrides?: OverrideArguments | undefined;
}

/** What a launcher is told of a run that begins, or in words why it cannot. */
export function launchSpec(
  { choice, configPath, overrides }: GivenConfig & { readonly choice: EngineChoice },
  base: LaunchBase,
  modulePath: string | undefined,
  training: TrainingSettings,
): Result<LaunchSpec> {
  if (choice.engine === 'task') return succeed(taskSpec(base, modulePath, training, 'start'));
  const { command, cwd, env, slurm } = choice;
  const values = {
    config: overrides ? configPath : base.configPath,
    run_dir: base.runFolder,
    seed: base.seed,
    ...(base.steps === undefined ? {} : { steps: base.steps }),
  };
  const filled = fillCommand(command, values, overrides);
  if (!filled.ok) return filled;
  const spec = { ...base, engine: 'command', command: filled.value, cwd, env } as const;
  if (!slurm) return succeed(spec);
  return succeed({ ...spec, slurm: { ...slurm, array: base.experiment ?? base.runId } });
}

/** A command line with its placeholders filled in, or in words why that cannot be. */
export function fillCommand(
  command: readonly string[],
  values: PlaceholderValues,
  overrides: OverrideArguments = { arguments: [] },
): Result<readonly string[]> {
  const filled = fillPlaceholders(placeOverrides(command, overrides), values);
  return filled.ok ? filled : fail(`counterweight.yaml: ${filled.error}`);
}

/** What the train host is told of a run. */
export function taskSpec(
  base: LaunchBase,
  modulePath: string | undefined,
  { backend, probeEvery, checkpointEvery, memoryLimit }: TrainingSettings,
  from: TaskLaunch['from'],
): TaskLaunch {
  const forced = backend === 'auto' ? {} : { backend };
  const settings = { probeEvery, checkpointEvery, memoryLimit };
  const own = modulePath === undefined ? {} : { modulePath };
  return { ...base, engine: 'task', ...own, ...settings, ...forced, from };
}

/** The same run on a device that it has got. */
export function onDevice(spec: LaunchSpec, device: string): LaunchSpec {
  if (spec.engine === 'task') return spec;
  return { ...spec, env: { ...spec.env, ...deviceEnvironment(device) } };
}
