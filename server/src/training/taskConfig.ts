import { nearestName } from '../base/nearestName.ts';
import type { TextRange } from '../base/textRange.ts';
import type { ConfigProblem } from '../model/finding.ts';
import { type ConfigDocument, type ConfigNode, findNode } from '../syntax/configTree.ts';
import { replaceNumber } from '../syntax/edit.ts';
import { nodeAtPath, toPlainData } from '../syntax/toPlainData.ts';
import type { TaskOutline } from './task.ts';
import { tasks } from './tasks/registry.ts';
import { isOtherScript, isTaskModule, taskModuleEndings } from './userTask/taskModuleName.ts';
import { outlineUserTask } from './userTask/userTaskConfig.ts';
import { checkOptions, type WrongOption } from './wrongOptions.ts';

/** Code of the problems. */
export const taskConfigCode = 'task-config';

/** A number that YAML 1.1 takes for a text, as `1e-3`. */
const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** What the text at `task` is, where there is one. */
export function taskNameOf(root: ConfigNode | undefined): string | undefined {
  const node = findNode(root, ['task']);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/**
 * The task that a config is for: a built-in one, or a module of the user's, of which only the config
 * is looked at. A config of another program may name anything there.
 */
export function taskOf(root: ConfigNode | undefined): TaskOutline | undefined {
  const name = taskNameOf(root);
  if (name !== undefined && isTaskModule(name)) return outlineUserTask(root);
  return tasks.find((task) => task.name === name);
}

/**
 * What a task has against its config, at the places that are wrong, in the words with which a run
 * would refuse it. A config of no task of ours has no problems.
 */
export function taskConfigProblems(document: ConfigDocument): readonly ConfigProblem[] {
  const { root } = document;
  const task = taskOf(root);
  if (!task) return misspeltTask(document);
  const checked = checkOptions(task, toPlainData(root));
  return checked.ok ? [] : checked.error.map((wrong) => toProblem(document, wrong));
}

function misspeltTask(document: ConfigDocument): readonly ConfigProblem[] {
  const { root } = document;
  const name = taskNameOf(root);
  const node = findNode(root, ['task']);
  const names = tasks.map((task) => task.name);
  const nearest = name === undefined ? undefined : nearestName(name, names);
  if (!node || name === undefined) return [];
  if (isOtherScript(name)) return [wrongEnding(name, node.range)];
  if (nearest === undefined) return [];
  const message = `There is no built-in task ${name}; did you mean ${nearest}?`;
  const fixes = changeTo(document, nearest, node.range);
  return [{ code: taskConfigCode, severity: 'warning', message, range: node.range, fixes }];
}

function wrongEnding(name: string, range: TextRange): ConfigProblem {
  const message = `task is ${name}; the module of a task ends in ${taskModuleEndings.join(', ')}.`;
  return { code: taskConfigCode, severity: 'warning', message, range };
}

function toProblem(document: ConfigDocument, wrong: WrongOption): ConfigProblem {
  const { message, nearest } = wrong;
  const range = rangeOf(document, wrong);
  const fixes =
    nearest === undefined ? numberFix(document, wrong) : changeTo(document, nearest, range);
  return { code: taskConfigCode, severity: 'error', message, range, fixes };
}

/** Quotes stay as they are. */
function changeTo(
  { text }: ConfigDocument,
  nearest: string,
  range: TextRange,
): NonNullable<ConfigProblem['fixes']> {
  const quote = /^["']/.exec(text.slice(range.start, range.end))?.[0] ?? '';
  return [{ title: `Change to ${nearest}`, range, newText: `${quote}${nearest}${quote}` }];
}

/** The number as this language writes it, where only its way of writing is wrong. */
function numberFix(
  document: ConfigDocument,
  { path, wantsNumber }: WrongOption,
): NonNullable<ConfigProblem['fixes']> {
  const node = nodeAtPath(document.root, path)?.node;
  if (!wantsNumber || node?.kind !== 'scalar') return [];
  const text = String(node.value);
  if (!decimal.test(text)) return [];
  // Without its quotes the text would be read as a number.
  const { newText } = replaceNumber(document, { ...node, text }, Number(text));
  return [{ title: `Write ${newText}`, range: node.range, newText }];
}

/** The wrong key or value; of what is missing or fills several lines, the key that leads there. */
function rangeOf(document: ConfigDocument, { path, part }: WrongOption): TextRange {
  const { root, text } = document;
  const place = nodeAtPath(root, path);
  const value = part === 'value' ? place?.node?.range : undefined;
  if (value && !text.slice(value.start, value.end).includes('\n')) return value;
  for (let length = path.length; length > 0; length -= 1) {
    const key = nodeAtPath(root, path.slice(0, length))?.keyRange;
    if (key) return key;
  }
  return { start: 0, end: Math.min(text.length, 1) };
}
