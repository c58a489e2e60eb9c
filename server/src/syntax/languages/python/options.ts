import type { ConfigNode } from '../../configTree.ts';
import type { KeyPlace } from './definitions.ts';
import { noteOfArguments } from './notes.ts';
import { floatOf, integerOf, stringOf, toConfigNode } from './pythonValue.ts';
import {
  childAt,
  codeOf,
  lastName,
  type PythonNode,
  type PythonSource,
  textOf,
} from './syntaxTree.ts';

/** A value that a program takes from outside, with what it is without that. */
export interface ProgramOption {
  readonly key: KeyPlace;
  readonly value: ConfigNode;
  readonly expression: PythonNode;
  readonly note: string | undefined;
}

/** Functions that declare an option of the command line: argparse, configargparse, click, typer. */
const declaring = new Set(['add_argument', 'add_arg', 'add_option', 'add', 'option', 'argument']);
/** Functions that take a value out of a mapping, or else the default behind its name. */
const taking = new Set(['get', 'getattr', 'pop', 'setdefault']);
/** Functions that stand for the value of a field or parameter: dataclasses, pydantic, attrs, typer. */
const describing = new Set(['field', 'Field', 'ib', 'attrib', 'Option', 'Argument']);

/** The option that a call declares, or the default that it gives; undefined for other calls. */
export function optionOf(source: PythonSource, call: PythonNode): ProgramOption | undefined {
  const name = lastName(source, childAt(call, 'function')) ?? '';
  const words = codeOf(childAt(call, 'arguments'));
  if (declaring.has(name)) return declaredOption(source, call, words);
  if (/^DEFINE_(?:float|integer|spaceseplist|multi_float)$/.test(name)) {
    return option(source, call, { name: words[0], value: argumentAt(source, words, 1, 'default') });
  }
  if (!taking.has(name)) return undefined;
  const first = name === 'getattr' ? 1 : 0;
  return option(source, call, { name: words[first], value: words[first + 1] });
}

/** The value that a field or parameter has when it is left out, and what is said of it. */
export function describedDefault(
  source: PythonSource,
  expression: PythonNode,
): { readonly value: PythonNode; readonly note: string | undefined } {
  const callee = lastName(source, childAt(expression, 'function'));
  if (expression.type !== 'call' || !describing.has(callee ?? '')) {
    return { value: expression, note: undefined };
  }
  const words = codeOf(childAt(expression, 'arguments'));
  const value = argumentAt(source, words, 0, 'default') ?? expression;
  return { value, note: noteOfArguments(source, expression) };
}

function declaredOption(
  source: PythonSource,
  call: PythonNode,
  words: readonly PythonNode[],
): ProgramOption | undefined {
  const names = words.filter(({ type }) => type === 'string');
  const long = names.find((name) => contentOf(source, name).startsWith('--'));
  if (!(long ?? names[0])) return undefined;
  // click hands an option over by the name that has no dashes, if there is one.
  const parameter = long && names.find((name) => /^[^\W\d]\w*$/.test(contentOf(source, name)));
  const found = option(source, call, {
    name: keywordOf(source, words, 'dest') ?? parameter ?? long ?? names[0],
    value: keywordOf(source, words, 'default'),
  });
  const type = textOf(source, keywordOf(source, words, 'type'));
  if (type === 'float') return found && convertText(found, floatOf);
  return type === 'int' ? found && convertText(found, integerOf) : found;
}

/** argparse and click put a default that is a text through the option's type. */
function convertText(
  found: ProgramOption,
  convert: (text: string) => number | undefined,
): ProgramOption {
  const { value } = found;
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return found;
  return { ...found, value: { ...value, value: convert(value.value) ?? value.value } };
}

function option(
  source: PythonSource,
  call: PythonNode,
  { name, value }: { name: PythonNode | undefined; value: PythonNode | undefined },
): ProgramOption | undefined {
  if (!name || !value || name.type !== 'string') return undefined;
  // `--lambda-id` is read as `args.lambda_id`; click lets negated names follow behind a slash.
  const key = contentOf(source, name).replace(/^-+/, '').replace(/\/.*$/s, '').replaceAll('-', '_');
  if (key === '') return undefined;
  return {
    key: { key, range: name.range },
    value: toConfigNode(source, value),
    expression: value,
    note: noteOfArguments(source, call),
  };
}

function contentOf(source: PythonSource, node: PythonNode): string {
  return stringOf(textOf(source, node)) ?? '';
}

function argumentAt(
  source: PythonSource,
  words: readonly PythonNode[],
  index: number,
  keyword: string,
): PythonNode | undefined {
  const positional = words[index];
  const named = keywordOf(source, words, keyword);
  return named ?? (positional?.type === 'keyword_argument' ? undefined : positional);
}

function keywordOf(
  source: PythonSource,
  words: readonly PythonNode[],
  keyword: string,
): PythonNode | undefined {
  const found = words.find(
    (word) => word.type === 'keyword_argument' && textOf(source, childAt(word, 'name')) === keyword,
  );
  return childAt(found, 'value');
}
