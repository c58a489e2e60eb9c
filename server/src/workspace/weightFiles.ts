import { basename, dirname, relative, resolve } from 'node:path';

import { nearestName } from '../base/nearestName.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { findNode, type ScalarNode } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import type { FoundProject } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import { isInside } from './knownRun.ts';

/**
 * The files and folders that a `counterweight.yaml` names as those that set the loss weights,
 * absolute. Undefined where it names none that is there: a wrong name must not hide every weight.
 */
export async function weightFilesOf(
  files: WorkspaceFiles,
  projectPath: string,
  project: ProjectFile | undefined,
): Promise<readonly string[] | undefined> {
  const named = [project?.config ?? []].flat().map((name) => resolve(dirname(projectPath), name));
  const facts = await Promise.all(named.map((path) => files.facts(path)));
  const there = named.filter((_, index) => facts[index] !== undefined);
  return there.length > 0 ? there : undefined;
}

/** Whether a file may set loss weights, after what the `counterweight.yaml` that speaks for it names. */
export function maySetWeights(path: string, weightFiles: readonly string[] | undefined): boolean {
  return weightFiles?.some((one) => isInside(path, one)) ?? true;
}

/** Which files set the weights instead, in a sentence; undefined where this one may. */
export function otherFilesNotice(
  path: string,
  found: FoundProject | undefined,
): string | undefined {
  if (!found?.weightFiles || maySetWeights(path, found.weightFiles)) return undefined;
  const folder = dirname(found.path);
  const names = found.weightFiles.map((one) => relative(folder, one) || '.');
  return `counterweight.yaml says that the loss weights are set in ${names.join(', ')}.`;
}

/** The files that a `counterweight.yaml` names as those that set the weights, and that are not there. */
export async function weightFileProblems(
  files: WorkspaceFiles,
  projectPath: string,
  text: string,
): Promise<readonly ConfigProblem[]> {
  const node = findNode(yaml.parse(text).root, ['config']);
  const problems: ConfigProblem[] = [];
  for (const item of node?.kind === 'sequence' ? node.items : [node]) {
    if (item?.kind !== 'scalar' || typeof item.value !== 'string' || item.value === '') continue;
    const path = resolve(dirname(projectPath), item.value);
    if ((await files.facts(path)) !== undefined) continue;
    const nearest = nearestName(basename(path), await files.list(dirname(path)));
    problems.push(notThere(item, item.value, nearest));
  }
  return problems;
}

function notThere({ range }: ScalarNode, name: string, nearest: string | undefined): ConfigProblem {
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const newText = `${name.slice(0, name.length - basename(name).length)}${nearest}`;
  const fixes = nearest === undefined ? [] : [{ title: `Change to ${newText}`, range, newText }];
  const message = `config: there is no file ${name}.${hint}`;
  return { code: 'project-value', severity: 'warning', message, range, fixes };
}
