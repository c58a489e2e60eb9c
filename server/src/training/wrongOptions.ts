import type { z } from 'zod';

import { nearestName } from '../base/nearestName.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import {
  keysOf,
  type OptionSchema,
  optionAt,
  optionsOfTask,
  valueAt,
  wordsOf,
} from './optionSchema.ts';
import type { Task } from './task.ts';

type Issue = z.core.$ZodIssue;

/** A key or value that a task does not take. */
export interface WrongOption {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, or what stands behind it. */
  readonly part: 'key' | 'value';
  /** One or two sentences: the key, what stands there, what is allowed. */
  readonly message: string;
  /** The right name that was most likely meant. */
  readonly nearest?: string;
  /** True where a number belongs. */
  readonly wantsNumber: boolean;
}

/** The config as the task's schema completes it, or everything that is wrong with it. */
export function checkOptions<Config>(
  task: Pick<Task<Config>, 'configSchema'>,
  data: unknown,
): Result<Config, readonly WrongOption[]> {
  const parsed = task.configSchema.safeParse(data, { reportInput: true, error: wordsOfIssue });
  if (parsed.success) return succeed(parsed.data);
  const root = optionsOfTask(task);
  return fail(
    parsed.error.issues
      .map(settleUnion)
      .flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => wrongKey(root, issue.path, key, data))
          : [wrongValue(root, issue, data)],
      ),
  );
}

function wrongKey(
  root: OptionSchema,
  path: readonly PropertyKey[],
  key: string,
  data: unknown,
): WrongOption {
  const mapping = optionAt(root, path, data);
  const known = mapping ? keysOf(mapping) : [];
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? 'known' : `did you mean ${nearest}? Known`;
  const place = [...path, key];
  const message = `${place.join('.')} is not a key of this task; ${hint} here are ${known.join(', ')}.`;
  return { path: place, part: 'key', message, ...named(nearest), wantsNumber: false };
}

function wrongValue(root: OptionSchema, issue: Issue, data: unknown): WrongOption {
  const { path } = issue;
  const value = path.reduce(valueAt, data);
  const option = optionAt(root, path, data);
  const nearest = nearestWord(value, option ? wordsOf(option) : []);
  const key = path.join('.') || 'the config';
  const found = value === undefined ? '' : ` is ${JSON.stringify(value)}`;
  const wantsNumber =
    issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int');
  return {
    path,
    part: 'value',
    message: `${key}${found}: ${saidOf(issue.message, value, nearest)}.`,
    ...named(nearest),
    wantsNumber,
  };
}

/** Of a value that is one of the words, nothing: something else is wrong with it. */
function nearestWord(value: unknown, words: readonly string[]): string | undefined {
  if (typeof value !== 'string' || words.includes(value)) return undefined;
  return nearestName(value, words);
}

const mustBe = 'it must be ';

/** The likeliest name comes before a list that may be long. */
function saidOf(message: string, value: unknown, nearest: string | undefined): string {
  if (nearest !== undefined) return `did you mean ${nearest}? ${sentence(message)}`;
  const isMissing = value === undefined && message.startsWith(mustBe);
  return isMissing ? `it is missing, and must be ${message.slice(mustBe.length)}` : message;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function named(nearest: string | undefined): Pick<WrongOption, 'nearest'> {
  return nearest === undefined ? {} : { nearest };
}

/**
 * Of the alternatives of a union the one that came furthest is what was meant; where none came
 * further than another, the one that lists its words says most.
 */
function settleUnion(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap((errors) => errors.slice(0, 1)).map(settleUnion);
  const [best] = inner.toSorted(
    (a, b) =>
      b.path.length - a.path.length ||
      Number(b.code !== 'invalid_type') - Number(a.code !== 'invalid_type'),
  );
  return best ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

const kindsInWords: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
  tuple: 'a list',
};

/** What is allowed, for the issues that a schema has no words of its own for. */
function wordsOfIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const allowed = allowedBy(issue);
  return allowed === undefined ? undefined : `${mustBe}${allowed}`;
}

function allowedBy(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return kindsInWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : undefined;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}`;
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? words.join('') : `one of ${words.join(', ')}`;
}

function unit(origin: string): string {
  if (origin === 'array') return ' entries long';
  return origin === 'string' ? ' letters long' : '';
}
