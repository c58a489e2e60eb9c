import { basename } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import type { Variant } from '../../model/ablation.ts';
import type { OverrideFormName } from '../../model/projectFile.ts';
import { baselineId } from '../variantIds.ts';
import { commandDiff, type SaidWeight } from './commandDiff.ts';
import { notesOnCopies, whyNoCopy } from './includes.ts';
import type { OverrideForm, OverrideSubject, WeightOverride } from './override.ts';
import { overrideForms } from './registry.ts';

/** A variant with the weights of its own, in the order of its changes. */
export interface OverriddenVariant {
  readonly id: Variant['id'];
  readonly label: string;
  readonly weights: readonly (WeightOverride & { readonly term: string })[];
}

/** How the variants of an experiment reach the program. */
export interface ChosenOverrides {
  /** Why it is so, in a sentence. */
  readonly reason: string;
  /** What else a person should know, in words. */
  readonly notes: readonly string[];
  /** Absent where each run gets a changed copy of the config. */
  readonly commandLine?: CommandLineOverrides;
}

/** Weights on the command line: what each run gets in addition to the user's own config. */
export interface CommandLineOverrides {
  readonly form: OverrideFormName;
  readonly flag?: string | undefined;
  /** By the id of the variant; nothing for the baseline. */
  readonly arguments: ReadonlyMap<string, readonly string[]>;
  /** What differs in the command of each variant, as a unified diff. */
  readonly diffs: ReadonlyMap<string, string>;
}

/**
 * Chooses how variants reach the program: as is asked for, and under `auto` on the command line
 * where a form is certain and can say all of them, else by copies.
 */
export function chooseOverrides(
  subject: OverrideSubject,
  asked: OverrideFormName | 'auto' | 'copy' | undefined,
  variants: readonly OverriddenVariant[],
): Result<ChosenOverrides> {
  if (asked === 'copy') return byCopies(subject, ', as counterweight.yaml says');
  const wanted = overrideForms.find(({ name }) => name === asked);
  if (!wanted) return whatIsCertain(subject, variants);
  const made = onCommandLine(wanted, subject, variants);
  return made.ok
    ? succeed(said(made.value, 'counterweight.yaml says so', subject))
    : fail(`run.overrides is ${wanted.name} in counterweight.yaml. ${made.error}`);
}

function whatIsCertain(
  subject: OverrideSubject,
  variants: readonly OverriddenVariant[],
): Result<ChosenOverrides> {
  let [why, refused] = ['', ''];
  for (const form of overrideForms) {
    const because = form.certainty(subject);
    if (because === undefined) continue;
    const made = onCommandLine(form, subject, variants);
    if (made.ok) return succeed(said(made.value, because, subject));
    refused = made.error;
    why = `; the command line (${form.name}) cannot set them: ${made.error.replace(/\.$/, '')}`;
  }
  const obstacle = overrideForms.flatMap((form) => form.obstacle?.(subject) ?? [])[0];
  if (obstacle === undefined) return byCopies(subject, why);
  return fail([refused, obstacle].filter(Boolean).join(' '));
}

function said(
  commandLine: CommandLineOverrides,
  because: string,
  { configPath }: OverrideSubject,
): ChosenOverrides {
  const reason = `Each variant has its weights on the command line (${commandLine.form}), because ${because}; ${basename(configPath)} stays as it is.`;
  return { reason, notes: [], commandLine };
}

function byCopies(subject: OverrideSubject, why: string): Result<ChosenOverrides> {
  const { configPath, document, command } = subject;
  const problem = whyNoCopy(configPath, document);
  if (problem !== undefined) return fail(problem);
  const name = basename(configPath);
  const reason = `Each variant gets a copy of ${name} with its weights${why}.`;
  const notes = [...notesOnCopies(configPath, document)];
  if (!command.some((argument) => argument.includes('{config}'))) {
    notes.push(
      `run.command has no {config}, so every variant trains as ${name} says, unless the program looks for its copy in COUNTERWEIGHT_RUN_DIR. Put {config} where it takes its config.`,
    );
  }
  return succeed({ reason, notes });
}

function onCommandLine(
  form: OverrideForm,
  subject: OverrideSubject,
  variants: readonly OverriddenVariant[],
): Result<CommandLineOverrides> {
  const { command, configPath } = subject;
  const flag = form.flag(subject);
  const flags = flag === undefined ? [] : [flag];
  const set = form.setter(subject);
  const made = new Map<string, readonly string[]>();
  const diffs = new Map<string, string>();
  for (const { id, label, weights } of variants) {
    const said: SaidWeight[] = [];
    const words: string[] = [];
    for (const weight of weights) {
      const given = set(weight);
      if (!given.ok) return given;
      words.push(...given.value);
      const before = `${weight.term}: ${weight.text}, as ${basename(configPath)} says`;
      said.push({ before, after: [...flags, ...given.value] });
    }
    made.set(id, words);
    diffs.set(id, id === baselineId ? '' : commandDiff(command, label, said));
  }
  return succeed({ form: form.name, flag, arguments: made, diffs });
}

/**
 * What the command sets itself although variants set it, in words: then no run has the weight that
 * the config says. Undefined where it sets none.
 */
export function setTwice(
  subject: OverrideSubject,
  { form, arguments: given }: CommandLineOverrides,
): string | undefined {
  const spells = overrideForms.find(({ name }) => name === form)?.spells?.(subject);
  const keys = new Set([...given.values()].flatMap(keysIn));
  for (const key of keys) {
    const word = subject.command.find((one) => sets(one, key) || spells?.(one, key));
    if (word === undefined) continue;
    const how = word.includes(key) ? '' : ` (${word})`;
    return `run.command sets ${key} itself${how}, so that its runs do not have the weight that the config says. Leave it out of run.command.`;
  }
  return undefined;
}

/** `key`, `key=value`, `++key=value` of Hydra, `--cfg-options=key=value`, `parent={…}`. */
function sets(word: string, key: string): boolean {
  const [name = '', ...value] = word.replace(/^(?:\+{1,2}|~|--[\w-]+=(?=[^=]+=))/, '').split('=');
  if (name === key) return true;
  return key.startsWith(`${name}.`) && /^\s*(?:\{|dict\()/.test(value.join('='));
}

/** Of `--key value`, `KEY value` and `key=value` the keys. */
function keysIn(words: readonly string[]): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [key = '', value] = (words[at] ?? '').split('=');
    keys.push(key);
    if (value === undefined) at += 1;
  }
  return keys;
}
