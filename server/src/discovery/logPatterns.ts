import { resolve } from 'node:path';

import type { TextRange } from '../base/textRange.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { LogPattern, ProjectFile } from '../model/projectFile.ts';
import {
  compileLinePattern,
  type LineExpression,
  type PatternProblem,
} from '../readers/lineExpression.ts';
import type { ConfigNode } from '../syntax/configTree.ts';
import { findNode } from '../syntax/configTree.ts';
import { compileFileGlob, type FileGlob } from './fileGlob.ts';

/** An entry of `log_patterns` that can be run. */
export interface ReadyLogPattern {
  /** Its place in the list. */
  readonly index: number;
  readonly files: readonly FileGlob[];
  readonly expression: LineExpression;
}

/** An entry of `log_patterns`, or what is wrong with it and where. */
interface Reading {
  readonly ready?: ReadyLogPattern;
  readonly problems: readonly WrongEntry[];
}

interface WrongEntry {
  readonly path: readonly string[];
  readonly message: string;
  readonly part?: string | undefined;
}

const keys = { line: 'line', step: 'step', wallTime: 'wall_time' } as const;

/** The patterns of a `counterweight.yaml` in `folder` (absolute) that can be run. */
export function readyLogPatterns(
  project: ProjectFile | undefined,
  folder: string,
): readonly ReadyLogPattern[] {
  const entries = project?.log_patterns ?? [];
  return entries.flatMap((entry, index) => readEntry(entry, index, folder).ready ?? []);
}

/** What is wrong with expressions and file names of `log_patterns`, each at its place in the text. */
export function logPatternProblems(
  text: string,
  root: ConfigNode | undefined,
  project: ProjectFile | undefined,
): readonly ConfigProblem[] {
  return (project?.log_patterns ?? [])
    .flatMap((entry, index) => readEntry(entry, index, resolve('folder')).problems)
    .map(({ path, message, part }) => ({
      code: 'project-log-pattern',
      severity: 'error',
      message: `${path.join('.')} ${message}.`,
      range: placeOf(text, findNode(root, path), part),
    }));
}

function readEntry(entry: LogPattern, index: number, folder: string): Reading {
  const names = typeof entry.files === 'string' ? [entry.files] : entry.files;
  const globs = names.map((name) => compileFileGlob(name, folder));
  const wrongGlobs = globs.flatMap((glob, at) => {
    const path = typeof entry.files === 'string' ? ['files'] : ['files', String(at)];
    return glob.ok ? [] : [wrong(index, path, glob.error)];
  });
  const { line, step, wall_time: wallTime, prefix } = entry;
  const expression = compileLinePattern({ line, step, wallTime, prefix });
  const wrongLine = expression.ok ? [] : [wrongPattern(index, expression.error)];
  const problems = [...wrongGlobs, ...wrongLine];
  if (!expression.ok || problems.length > 0) return { problems };
  const files = globs.flatMap((glob) => (glob.ok ? [glob.value] : []));
  return { ready: { index, files, expression: expression.value }, problems };
}

function wrongPattern(index: number, { key, message, part }: PatternProblem): WrongEntry {
  return { ...wrong(index, [keys[key]], message), part };
}

function wrong(index: number, path: readonly string[], message: string): WrongEntry {
  return { path: ['log_patterns', String(index), ...path], message };
}

/** The wrong part of a value where it is found in the text, else the value. */
function placeOf(text: string, node: ConfigNode | undefined, part: string | undefined): TextRange {
  if (!node) return { start: 0, end: 0 };
  const { start, end } = node.range;
  const at = part ? text.slice(start, end).indexOf(part) : -1;
  return at < 0 || !part ? node.range : { start: start + at, end: start + at + part.length };
}
