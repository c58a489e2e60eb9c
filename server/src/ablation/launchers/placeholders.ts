import { closest } from 'fastest-levenshtein';

import { fail, type Result, succeed } from '../../base/result.ts';

/** What the placeholders in a `run.command` stand for. */
export interface PlaceholderValues {
  /** Absolute path of the config of this run. */
  readonly config: string;
  /** Absolute path of the folder of this run. */
  readonly run_dir: string;
  readonly seed: number;
  /** Planned number of optimiser steps, where it is known. */
  readonly steps?: number;
}

const placeholderNames: readonly (keyof PlaceholderValues)[] = [
  'config',
  'run_dir',
  'seed',
  'steps',
];

/** `{name}`, or `{{name}}` for those very characters with single braces. Other braces are text. */
const placeholderPattern = /\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}/g;

/**
 * Fills `{config}`, `{run_dir}`, `{seed}` and `{steps}` into the arguments of a command. Each
 * argument stays one argument, whatever the values hold. A name that is none of these, or one
 * whose value is not known, is an error in words.
 */
export function fillPlaceholders(
  command: readonly string[],
  values: PlaceholderValues,
): Result<readonly string[]> {
  const filled: string[] = [];
  for (const argument of command) {
    const result = fillArgument(argument, values);
    if (!result.ok) return result;
    filled.push(result.value);
  }
  return succeed(filled);
}

function fillArgument(argument: string, values: PlaceholderValues): Result<string> {
  let problem: string | undefined;
  const text = argument.replaceAll(placeholderPattern, (whole, literal, name) => {
    if (literal !== undefined) return `{${literal}}`;
    const known = placeholderNames.find((candidate) => candidate === name);
    const value = known && values[known];
    if (value !== undefined) return String(value);
    if (name === 'overrides') problem ??= standsInside(argument);
    problem ??= known ? hasNoValue(known, argument) : isUnknown(name, argument);
    return whole;
  });
  return problem === undefined ? succeed(text) : fail(problem);
}

function hasNoValue(name: string, argument: string): string {
  return `{${name}} in the argument "${argument}" of run.command has no value here: the number of steps is not known. Set ablation.steps in counterweight.yaml, or leave the argument out.`;
}

/** Alone it has been replaced by now. */
function standsInside(argument: string): string {
  return `{overrides} in the argument "${argument}" of run.command stands for several arguments, so it must be an argument of its own, once.`;
}

function isUnknown(name: string, argument: string): string {
  const nearest = closest(name, [...placeholderNames, 'overrides']);
  const all = [...placeholderNames, 'overrides'].map((known) => `{${known}}`).join(', ');
  return `{${name}} in the argument "${argument}" of run.command is not known; did you mean {${nearest}}? There are ${all}. Write {{${name}}} for the text itself.`;
}
