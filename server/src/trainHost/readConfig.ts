import { basename } from 'node:path';

import { z } from 'zod';

import { LineIndex } from '../base/lineIndex.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { parseConfig } from '../syntax/registry.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import type { Task, TrainingPlan } from '../training/task.ts';
import { tasks } from '../training/tasks/registry.ts';

/** A config that is ready to be trained. */
export interface TrainingConfig {
  readonly task: Task;
  /** As the task's schema completed it. */
  readonly config: unknown;
  readonly plan: TrainingPlan;
}

/** Parses and validates a config; the error names the key, what stands there and what is allowed. */
export function readTrainingConfig(path: string, text: string): Result<TrainingConfig> {
  const name = basename(path);
  const document = parseConfig(name, text);
  if (!document) return fail(`${name}: configs are YAML or JSON; this ending is neither.`);
  const problem = document.problems.find(({ severity }) => severity === 'error');
  if (problem) {
    const line = new LineIndex(text).positionAt(problem.range.start).line + 1;
    return fail(`${name}, line ${line}: ${problem.message}`);
  }
  const data = toPlainData(document.root);
  const task = findTask(data);
  if (!task.ok) return fail(`${name}: ${task.error}`);
  const parsed = task.value.configSchema.safeParse(data, { reportInput: true });
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => describeIssue(task.value, issue));
    return fail(`${name}: ${issues.join(' ')}`);
  }
  return succeed({
    task: task.value,
    config: parsed.data,
    plan: task.value.plan(parsed.data),
  });
}

function findTask(data: unknown): Result<Task> {
  const names = tasks.map((task) => task.name).join(', ');
  const named = z.object({ task: z.string() }).safeParse(data);
  if (!named.success) return fail(`task is missing; it names what to train: ${names}.`);
  const task = tasks.find((candidate) => candidate.name === named.data.task);
  return task
    ? succeed(task)
    : fail(`task is ${JSON.stringify(named.data.task)}; the built-in tasks are ${names}.`);
}

function describeIssue(task: Task, issue: z.core.$ZodIssue): string {
  const key = issue.path.join('.') || 'the config';
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((name) => [...issue.path, name].join('.')).join(', ');
    const allowed = keysAt(z.toJSONSchema(task.configSchema, { io: 'input' }), issue.path);
    return `${unknown} is not a key of this task; known here are ${allowed.join(', ')}.`;
  }
  const found = issue.input === undefined ? '' : ` is ${JSON.stringify(issue.input)}`;
  return `${key}${found}: ${issue.message}.`;
}

/** The names of the keys that a JSON schema allows at a path. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const place = path.reduce<unknown>((node, key) => propertiesOf(node)[String(key)], schema);
  return Object.keys(propertiesOf(place));
}

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  const parsed = z.object({ properties: z.record(z.string(), z.unknown()) }).safeParse(schema);
  return parsed.success ? parsed.data.properties : {};
}
