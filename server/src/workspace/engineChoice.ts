import { dirname, join } from 'node:path';

import { fail, type Result, succeed } from '../base/result.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { findNode } from '../syntax/configTree.ts';
import type { ConfigFile } from './configFile.ts';

/** A `counterweight.yaml` that was found beside a config. */
export interface FoundProject {
  readonly path: string;
  readonly project: ProjectFile | undefined;
  /** The files and folders that it names as those that set the weights, absolute; absent where it leaves that open. */
  readonly weightFiles?: readonly string[] | undefined;
}

/** What trains a config. */
export type EngineChoice =
  | { readonly engine: 'task'; readonly task: string }
  | {
      readonly engine: 'command';
      readonly command: readonly string[];
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      /** As `CUDA_VISIBLE_DEVICES` names them; one run on each at a time. */
      readonly gpus?: readonly (number | string)[];
      /** Where it is given, a Slurm cluster runs it, and `gpus` of this machine say nothing. */
      readonly slurm?: {
        readonly header: readonly string[];
        readonly arrayLimit?: number | undefined;
      };
    };

/** The user's own program comes first; a task, built in or the user's own, is named by the config's `task` key. */
export function chooseEngine(
  config: ConfigFile,
  found: FoundProject | undefined,
): Result<EngineChoice> {
  const run = found?.project?.run;
  if (found && run) return succeed(commandChoice(dirname(found.path), run));
  const task = findNode(config.document?.root, ['task']);
  if (task?.kind === 'scalar' && typeof task.value === 'string') {
    return succeed({ engine: 'task', task: task.value });
  }
  return fail(
    'Nothing says how to train this config. Either name a task in it, a built-in one (task: flow-edit) ' +
      'or a module of your own (task: ./my-task.ts), ' +
      'or give your own program as run.command in a counterweight.yaml beside it.',
  );
}

function commandChoice(
  folder: string,
  { command, cwd, env = {}, gpus, slurm }: NonNullable<ProjectFile['run']>,
): EngineChoice {
  return {
    engine: 'command',
    command,
    cwd: cwd ? join(folder, cwd) : folder,
    env,
    ...(gpus ? { gpus } : {}),
    ...(slurm ? { slurm: { header: slurm.header ?? [], arrayLimit: slurm.array_limit } } : {}),
  };
}
