import type { z } from 'zod';

import { nearestName } from '../base/nearestName.ts';
import type { TextRange } from '../base/textRange.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { ConfigNode } from '../syntax/configTree.ts';
import { ownEntries } from '../syntax/layout.ts';
import { nodeAtPath } from '../syntax/toPlainData.ts';
import { ProjectVocabulary } from './projectFileJsonSchema.ts';

type Issue = z.core.$ZodIssue;

/** A wrong place of `counterweight.yaml`. */
export interface WrongPlace {
  readonly path: readonly PropertyKey[];
  readonly problem: ConfigProblem;
}

/** What a schema has against a text, at the places that are wrong, with the nearest right names. */
export function toWrongPlaces(
  issues: readonly Issue[],
  root: ConfigNode | undefined,
  vocabulary = new ProjectVocabulary(),
): readonly WrongPlace[] {
  const place: Place = { root, vocabulary };
  return issues
    .flatMap(settleUnion)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey([...issue.path, key], place))
        : [wrongValue(issue, place)],
    );
}

interface Place {
  readonly root: ConfigNode | undefined;
  readonly vocabulary: ProjectVocabulary;
}

/** Keys that are set twice in the same mapping, at the later place; the last counts, as in Python. */
export function keysSetTwice(node: ConfigNode | undefined): readonly ConfigProblem[] {
  if (node?.kind === 'sequence') return node.items.flatMap(keysSetTwice);
  if (node?.kind !== 'mapping') return [];
  const seen = new Set<string>();
  return ownEntries(node).flatMap(({ key, keyRange, value }) => {
    const isAgain = seen.has(key);
    seen.add(key);
    const message = `${key} is set above already; only this one counts.`;
    const again: ConfigProblem = {
      code: 'project-key',
      severity: 'warning',
      message,
      range: keyRange,
    };
    return [...(isAgain ? [again] : []), ...keysSetTwice(value)];
  });
}

/**
 * Of the alternatives of a union the one that came furthest is what was meant. Where none came
 * further than another, all are named in one issue.
 */
function settleUnion(issue: Issue): readonly Issue[] {
  // A word that tells alternatives apart and is none of theirs has no alternatives left.
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((errors) => errors.flatMap(settleUnion));
  const depth = (branch: readonly Issue[]): number =>
    Math.max(...branch.map(({ path }) => path.length));
  const deepest = branches.reduce((best, next) => (depth(next) > depth(best) ? next : best));
  if (depth(deepest) === 0) return [issue];
  return deepest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function unknownKey(path: readonly PropertyKey[], { root, vocabulary }: Place): WrongPlace {
  const key = String(path.at(-1));
  const range = nodeAtPath(root, path)?.keyRange ?? rangeAt(root, path);
  const known = vocabulary.keysAt(path.slice(0, -1));
  const nearest = nearestName(key, known);
  const hint = nearest ? `did you mean ${nearest}?` : `known here: ${known.join(', ')}.`;
  const message = `There is no key ${key}; ${hint}`;
  const fixes = nearest ? [{ title: `Change to ${nearest}`, range, newText: nearest }] : [];
  return { path, problem: { code: 'project-key', severity: 'error', message, range, fixes } };
}

function wrongValue(issue: Issue, { root, vocabulary }: Place): WrongPlace {
  const path = issue.path;
  const range = rangeAt(root, path);
  const key = path.map(String).join('.') || 'The file';
  const node = nodeAtPath(root, path)?.node;
  const nearest =
    node?.kind === 'scalar' ? nearestName(node.text, vocabulary.valuesAt(path)) : undefined;
  const hint = nearest ? ` Did you mean ${nearest}?` : '';
  const words = isUnknownWord(issue) ? [...new Set(vocabulary.valuesAt(path))].join(', ') : '';
  const wrong = words === '' ? describe(issue, node, path) : `must be one of ${words}`;
  const message = `${key} ${wrong}.${hint}`;
  const fixes = nearest
    ? [{ title: `Change to ${nearest}`, range, newText: nearest }]
    : [...quoteFix(issue, node), ...listFix(issue, node)];
  return { path, problem: { code: 'project-value', severity: 'error', message, range, fixes } };
}

function isUnknownWord(issue: Issue): boolean {
  return issue.code === 'invalid_union' && issue.errors.length === 0;
}

/** A number where a text belongs, such as an environment variable, only lacks its quotes. */
function quoteFix(issue: Issue, node: ConfigNode | undefined): NonNullable<ConfigProblem['fixes']> {
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  if (!wantsText || node?.kind !== 'scalar') return [];
  const newText = JSON.stringify(node.text);
  return [{ title: `Write ${newText}`, range: node.range, newText }];
}

/** One text where a list of texts belongs only lacks its brackets; a command line would have to be cut. */
function listFix(issue: Issue, node: ConfigNode | undefined): NonNullable<ConfigProblem['fixes']> {
  const wantsList = issue.code === 'invalid_type' && issue.expected === 'array';
  if (!wantsList || node?.kind !== 'scalar' || /[\s,[\]{}]/.test(node.text)) return [];
  const newText = `[${node.text}]`;
  return [{ title: `Write ${newText}`, range: node.range, newText }];
}

const kindsInWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function describe(
  issue: Issue,
  node: ConfigNode | undefined,
  path: readonly PropertyKey[],
): string {
  if (!node && path.length > 0) return `is missing: it must be ${expected(issue)}`;
  if (issue.code === 'too_small' && issue.inclusive === false)
    return `must be greater than ${issue.minimum}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unit(issue.origin)}`;
  return `must be ${expected(issue)}`;
}

function unit(origin: string): string {
  if (origin === 'array') return ' long';
  return origin === 'string' ? ' letter long' : '';
}

function expected(issue: Issue): string {
  if (issue.code === 'invalid_type') return kindsInWords[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue.code !== 'invalid_union') return issue.message;
  return issue.errors.flatMap((branch) => branch.slice(0, 1).map(expected)).join(' or ');
}

/** The value at a path, else the key, else the nearest thing above that is in the text. */
function rangeAt(root: ConfigNode | undefined, path: readonly PropertyKey[]): TextRange {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = nodeAtPath(root, path.slice(0, length));
    const isExact = length === path.length;
    const range = isExact
      ? (place?.node?.range ?? place?.keyRange)
      : (place?.keyRange ?? place?.node?.range);
    if (range) return range;
  }
  return { start: 0, end: 0 };
}
