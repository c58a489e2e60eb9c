import { basename, dirname, join, resolve } from 'node:path';

import { nearestName } from '../base/nearestName.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { ConfigProblem } from '../model/finding.ts';
import { type ConfigNode, findNode } from '../syntax/configTree.ts';
import { parseConfig } from '../syntax/registry.ts';
import { taskConfigCode, taskNameOf } from '../training/taskConfig.ts';
import { isTaskModule, taskCopyName } from '../training/userTask/taskModuleName.ts';
import type { ConfigFile } from './configFile.ts';
import type { WorkspaceFiles } from './files.ts';

/** The module of a user's own task, as it is on disk. Its text is read here and never run. */
export interface TaskModuleFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Where the module of a config's task lies; undefined for a config of no user's task. */
export function taskModulePath(configPath: string, configText: string): string | undefined {
  return pathOf(configPath, parseConfig(configPath, configText)?.root);
}

function pathOf(configPath: string, root: ConfigNode | undefined): string | undefined {
  const name = taskNameOf(root);
  if (name === undefined || !isTaskModule(name)) return undefined;
  return resolve(dirname(configPath), name);
}

/** The module of a config's task; undefined for a config of no user's task, an error where it is not there. */
export async function readTaskModule(
  files: WorkspaceFiles,
  configPath: string,
  configText: string,
): Promise<Result<TaskModuleFile | undefined>> {
  const path = taskModulePath(configPath, configText);
  if (path === undefined) return succeed(undefined);
  const text = await files.readText(path);
  if (text !== undefined) return succeed({ path, text });
  const names = await files.list(dirname(path));
  const isThere = names.includes(basename(path));
  return fail(
    isThere ? `task: ${path} cannot be read.` : notThere(path, nearestModule(names, path)),
  );
}

/** Keeps the text beside the config in the folder of a run, so that a later edit changes no history. */
export async function keepTaskModule(
  files: WorkspaceFiles,
  runFolder: string,
  module: TaskModuleFile | undefined,
): Promise<void> {
  if (module) await files.writeAtomically(join(runFolder, taskCopyName(module.path)), module.text);
}

/** What is wrong with the name of the module in a config: that there is no such file. */
export async function taskModuleProblems(
  files: WorkspaceFiles,
  { path, document }: ConfigFile,
): Promise<readonly ConfigProblem[]> {
  const node = findNode(document?.root, ['task']);
  const modulePath = pathOf(path, document?.root);
  if (modulePath === undefined || node?.kind !== 'scalar') return [];
  // By its name alone: this is asked at every edit of the config, and the module may be of any size.
  const names = await files.list(dirname(modulePath));
  if (names.includes(basename(modulePath))) return [];
  const { range } = node;
  const nearest = nearestModule(names, modulePath);
  const message = notThere(modulePath, nearest);
  const name = String(node.value);
  const newText = `${name.slice(0, name.length - basename(modulePath).length)}${nearest}`;
  const fixes = nearest === undefined ? [] : [{ title: `Change to ${newText}`, range, newText }];
  return [{ code: taskConfigCode, severity: 'error', message, range, fixes }];
}

function notThere(path: string, nearest: string | undefined): string {
  const hint =
    nearest === undefined
      ? 'The command "Counterweight: New Training Task…" writes one to begin with.'
      : `Did you mean ${nearest}?`;
  return `task: there is no file ${path}. ${hint}`;
}

/** The module in the same folder whose name is most like that of a path. */
function nearestModule(names: readonly string[], path: string): string | undefined {
  const others = names.filter(
    (name) => isTaskModule(name) && !name.endsWith('.d.ts') && name !== basename(path),
  );
  return nearestName(basename(path), others);
}
