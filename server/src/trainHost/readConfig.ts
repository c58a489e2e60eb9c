import { basename } from 'node:path';

import { LineIndex } from '../base/lineIndex.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { ConfigNode } from '../syntax/configTree.ts';
import { parseConfig } from '../syntax/registry.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import type { Task, TrainingPlan } from '../training/task.ts';
import { taskNameOf } from '../training/taskConfig.ts';
import { tasks } from '../training/tasks/registry.ts';
import { taskModuleEndings } from '../training/userTask/taskModuleName.ts';
import { checkOptions } from '../training/wrongOptions.ts';

/** A config that is ready to be trained. */
export interface TrainingConfig {
  readonly task: Task;
  /** As the task's schema completed it. */
  readonly config: unknown;
  readonly plan: TrainingPlan;
}

/** What the order to train says beside the config. */
export interface BesideConfig {
  /** The user's own task that the config names; absent for one of a built-in task. */
  readonly userTask?: Task | undefined;
  /** Takes the place of the config's own `steps`: all that a plan makes of them follows. */
  readonly steps?: number | undefined;
}

/** Parses and validates a config; the error names the key, what stands there and what is allowed. */
export function readTrainingConfig(
  path: string,
  text: string,
  { userTask, steps }: BesideConfig = {},
): Result<TrainingConfig> {
  const name = basename(path);
  const document = parseConfig(name, text);
  if (!document || document.sums) {
    return fail(
      `${name}: configs to train with are YAML, JSON or TOML; this ending is none of them.`,
    );
  }
  const problem = document.problems.find(({ severity }) => severity === 'error');
  if (problem) {
    const line = new LineIndex(text).positionAt(problem.range.start).line + 1;
    return fail(`${name}, line ${line}: ${problem.message}`);
  }
  const task = userTask ? succeed(userTask) : findTask(document.root);
  if (!task.ok) return fail(`${name}: ${task.error}`);
  const checked = checkOptions(task.value, withSteps(toPlainData(document.root), steps));
  if (!checked.ok) {
    return fail(`${name}: ${checked.error.map(({ message }) => message).join(' ')}`);
  }
  return succeed({
    task: task.value,
    config: checked.value,
    plan: task.value.plan(checked.value),
  });
}

/** Every task has the key `steps`. */
function withSteps(data: unknown, steps: number | undefined): unknown {
  const isMapping = typeof data === 'object' && data !== null && !Array.isArray(data);
  return steps === undefined || !isMapping ? data : { ...data, steps };
}

function findTask(root: ConfigNode | undefined): Result<Task> {
  const name = taskNameOf(root);
  const task = tasks.find((known) => known.name === name);
  if (task) return succeed(task);
  const names = tasks.map((known) => known.name).join(', ');
  return fail(
    name === undefined
      ? `task is missing; it names what to train: ${names}.`
      : `task is ${JSON.stringify(name)}; the built-in tasks are ${names}, and a module of your own ends in ${taskModuleEndings.join(', ')}.`,
  );
}
