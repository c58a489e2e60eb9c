import { taskConfig } from './taskConfig.ts';
import { taskSource } from './taskSource.ts';
import { taskTypes, taskTypesName } from './taskTypes.ts';

/** A file to write; it is not there yet. */
export interface NewFile {
  readonly name: string;
  readonly text: string;
}

/** What is wrong with the name of a new task, in words; undefined where it may be written. */
export function taskNameProblem(name: string, existing: readonly string[]): string | undefined {
  if (!/^[\w-][\w.-]*\.m?ts$/.test(name) || name.endsWith('.d.ts')) {
    return 'The name of a file in this folder that ends in .ts or .mts, such as my-task.ts.';
  }
  return existing.includes(name) ? `${name} is there already; take another name.` : undefined;
}

/**
 * The files of a new task: the task itself, its types, and a config. What is there already is left
 * as it is; where a train.yaml is, the config takes the name of the task.
 *
 * @param existing names of the files in the folder
 */
export function taskFiles(name: string, existing: readonly string[]): readonly NewFile[] {
  const configName = ['train.yaml', name.replace(/\.m?ts$/, '.yaml')].find(
    (candidate) => !existing.includes(candidate),
  );
  return [
    ...(existing.includes(taskTypesName) ? [] : [{ name: taskTypesName, text: taskTypes }]),
    { name, text: taskSource(name) },
    ...(configName === undefined ? [] : [{ name: configName, text: taskConfig(name) }]),
  ];
}

/** The first name for a task that is free in a folder: `my-task.ts`, `my-task-2.ts`. */
export function freeTaskName(existing: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? 'my-task.ts' : `my-task-${count}.ts`;
    if (!existing.includes(name)) return name;
  }
}
