/** Stands in a command for the arguments that set other weights. */
const placeholder = '{overrides}';

/** Options that take the arguments behind them, and that may not stand without any. */
const takingFlags = new Set(['--cfg-options', '--opts']);

/** The arguments that set other weights, and the option that they need to stand behind, if one. */
export interface OverrideArguments {
  readonly flag?: string | undefined;
  readonly arguments: readonly string[];
}

/**
 * A command with the arguments that set other weights: where `{overrides}` is, else behind those of
 * the same option, whose second use would undo the first, else at the end. Without any, an option
 * that is for them alone is left out.
 */
export function placeOverrides(
  written: readonly string[],
  { flag, arguments: given }: OverrideArguments,
): readonly string[] {
  const command = written.flatMap((word) => apart(word, flag));
  const named = command.indexOf(placeholder);
  const isOption = flag !== undefined || given[0]?.startsWith('-') === true;
  const at = named >= 0 ? named : endFor(command, flag, isOption);
  const before = command.slice(0, at);
  const after = command.slice(named >= 0 ? at + 1 : at);
  if (given.length === 0) {
    const isAlone = named >= 0 && takingFlags.has(before.at(-1) ?? '');
    return [...(isAlone ? before.slice(0, -1) : before), ...after];
  }
  const needsFlag = flag !== undefined && lastOption(before) !== flag;
  return [...before, ...(needsFlag ? [flag] : []), ...given, ...after];
}

/** `--cfg-options=a=1` as two words: as one, argparse takes no more values behind it. */
function apart(word: string, flag: string | undefined): readonly string[] {
  return flag !== undefined && word.startsWith(`${flag}=`)
    ? [flag, word.slice(flag.length + 1)]
    : [word];
}

/** The end of the values of an option, or that of all options, or of the command. */
function endFor(command: readonly string[], flag: string | undefined, isOption: boolean): number {
  const at = flag === undefined ? -1 : command.lastIndexOf(flag);
  if (at < 0) return isOption ? endOfOptions(command) : command.length;
  const next = command.slice(at + 1).findIndex(isOptionName);
  return next < 0 ? command.length : at + 1 + next;
}

/** Behind `--` a program takes nothing for an option; before its program `--` is that of a launcher. */
function endOfOptions(command: readonly string[]): number {
  const [script, module, config] = [
    command.findIndex((word) => word.endsWith('.py')),
    command.indexOf('-m'),
    command.indexOf('{config}'),
  ];
  const program = [script, module, config].find((at) => at !== undefined && at >= 0);
  const end = program === undefined ? -1 : command.indexOf('--', program);
  return end < 0 ? command.length : end;
}

function lastOption(command: readonly string[]): string | undefined {
  return command.findLast(isOptionName);
}

/** And no negative number. */
function isOptionName(word: string): boolean {
  return /^-(?![\d.])/.test(word);
}
