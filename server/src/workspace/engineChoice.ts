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
    };

/** The user's own program comes first; a task, built in or the user's own, is named by the config's `task` key. */
export function chooseEngine(
  config: ConfigFile,
  found: FoundProject | undefined,
): Result<EngineChoice> {
  const run = found?.project?.run;
  if (found && run) {
    const folder = dirname(found.path);
    return succeed({
      engine: 'command',
      command: run.command,
      cwd: run.cwd ? join(folder, run.cwd) : folder,
      env: run.env ?? {},
    });
  }
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
