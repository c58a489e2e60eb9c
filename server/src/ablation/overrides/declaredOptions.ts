import {
  type CallArgument,
  findCalls,
  type PythonCall,
} from '../../syntax/languages/python/calls.ts';
import type { WeightOverride } from './override.ts';

/** An option that takes one value, as a program declares it. */
export interface DeclaredOption {
  /** As it is written on the command line. */
  readonly flag: string;
  /** All of its names, short ones too. */
  readonly flags: readonly string[];
  /** What the program calls it. */
  readonly dest: string;
  /** What is made of the text on the command line, where that is said. */
  readonly type: string | undefined;
  /** The only values that it takes, as they are written. */
  readonly choices?: string | undefined;
  /** Where its default stands in the text. */
  readonly defaultAt: number | undefined;
}

/** The options that calls of `add_argument` declare. */
export function declaredOptions(text: string): readonly DeclaredOption[] {
  return findCalls(text, ['add_argument']).flatMap((call) => {
    const flags = flagsOf(call);
    // The long name, of which argparse makes its `dest`, too; a short one where there is no other.
    const flag = flags.find((name) => name.startsWith('--')) ?? flags[0];
    if (flag === undefined || call.keywords.has('action') || call.keywords.has('nargs')) return [];
    const dest = call.keywords.get('dest')?.content ?? flag.replace(/^-+/, '');
    const type = call.keywords.get('type')?.text;
    const choices = call.keywords.get('choices')?.text;
    const defaultAt = call.keywords.get('default')?.range.start;
    return [{ flag, flags, dest: dest.replaceAll('-', '_'), type, choices, defaultAt }];
  });
}

function flagsOf({ positional }: PythonCall): readonly string[] {
  return positional.flatMap(({ content }: CallArgument) =>
    content?.startsWith('-') ? [content] : [],
  );
}

/** The options that `set_defaults` gives another default than their own, as the program calls them. */
export function namesWithOtherDefaults(text: string): ReadonlySet<string> {
  return new Set(findCalls(text, ['set_defaults']).flatMap(({ keywords }) => [...keywords.keys()]));
}

/** Whether a program parses a list that stands in it (`parse_args([])`), and so no command line at all. */
export function parsesOwnWords(text: string): boolean {
  const given = findCalls(text, ['parse_args', 'parse_known_args', 'cli']).map(
    ({ callee, positional, keywords }) =>
      keywords.get('args') ?? (callee.endsWith('cli') ? undefined : positional[0]),
  );
  return (
    given.length > 0 && given.every((words) => /^(?:\[[^\]]*\]|""|'')$/.test(words?.text ?? ''))
  );
}

/** What makes options of the fields of a class, and how it writes their names. */
export interface FieldParser {
  readonly className: string;
  readonly words: '-' | '_';
}

/**
 * `tyro.cli(Args)` and `HfArgumentParser((ModelArguments, TrainingArguments))`, where the fields are
 * options with the defaults that they are written with: not behind `default=` or subcommands of tyro,
 * nor where transformers read files alone.
 */
export function fieldParsers(text: string): readonly FieldParser[] {
  const readsWords = /\bparse_args(?:_into_dataclasses)?\s*\(/.test(text);
  return findCalls(text, ['cli', 'HfArgumentParser']).flatMap((call) => {
    const { callee, positional, keywords } = call;
    const isTyro = /^(?:tyro\.)?cli$/.test(callee);
    const isOther = isTyro
      ? keywords.has('default') || /\bUnion\b|\|/.test(positional[0]?.text ?? '')
      : !callee.endsWith('HfArgumentParser') || !readsWords;
    if (isOther) return [];
    const classes = positional[0]?.text.match(/[A-Za-z_]\w*/g) ?? [];
    return classes.map((className) => ({ className, words: isTyro ? '-' : '_' }) as const);
  });
}

/** The option that one of the parsers makes of a field: of `ent_coef: float = 0.01` in a class. */
export function optionOfField(
  text: string,
  parsers: readonly FieldParser[],
  { path, start }: WeightOverride,
): DeclaredOption | undefined {
  const [className, field, ...inner] = path;
  const parser = parsers.find((one) => one.className === className);
  if (!parser || field === undefined || inner.length > 0) return undefined;
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start);
  const type = /:\s*["']?(?:Optional\[)?([A-Za-z]\w*)/.exec(line)?.[1];
  const name = parser.words === '-' ? field.replaceAll('_', '-') : field;
  const flag = `--${name}`;
  return { flag, flags: [flag], dest: field, type, defaultAt: start };
}
