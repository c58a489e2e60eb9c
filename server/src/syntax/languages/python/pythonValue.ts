import type { ConfigNode, MappingEntry, ScalarNode } from '../../configTree.ts';
import {
  childAt,
  codeOf,
  lastName,
  type PythonNode,
  type PythonSource,
  textOf,
  unwrap,
} from './syntaxTree.ts';

/**
 * An expression as configs know it. Literals have the value that Python reads; a call is the
 * mapping of its keyword arguments, a dictionary that of its text keys. Everything else, names and
 * what is computed with them, is a scalar with its text and the value null, as only the program
 * knows what it gives.
 */
export function toConfigNode(source: PythonSource, expression: PythonNode): ConfigNode {
  const node = unwrap(expression);
  if (node.type === 'dictionary') return toDictionary(source, node);
  if (node.type === 'call') return toArguments(source, node) ?? toScalar(source, node);
  if (sequences.has(node.type)) {
    const items = codeOf(node).map((item) => toConfigNode(source, item));
    return { kind: 'sequence', range: node.range, items };
  }
  return toScalar(source, node);
}

const sequences = new Set(['list', 'tuple', 'set', 'expression_list']);

/** True where anything in it is a literal, so that it says something without running the program. */
export function holdsLiteral(node: ConfigNode | undefined): boolean {
  if (!node) return false;
  if (node.kind === 'scalar') return node.value !== null;
  if (node.kind === 'sequence') return node.items.some(holdsLiteral);
  return node.entries.some(({ value }) => holdsLiteral(value));
}

/** A scalar: null for what is no literal. */
export function toScalar(source: PythonSource, node: PythonNode): ScalarNode {
  const value = literalValue(source, node);
  return { kind: 'scalar', range: node.range, value, text: textOf(source, node) };
}

/** What a literal means; null for None and for what is no literal. */
export function literalValue(source: PythonSource, node: PythonNode): ScalarNode['value'] {
  switch (node.type) {
    case 'number':
      return numberOf(textOf(source, node));
    case 'unary_operator':
      return signedNumber(source, node);
    case 'string':
      return stringOf(textOf(source, node)) ?? null;
    case 'true':
      return true;
    case 'false':
      return false;
    case 'call':
      return convertedNumber(source, node);
    case 'binary_operator':
      return computedNumber(source, node);
    default:
      return null;
  }
}

/** A number as Python reads it; null for imaginary ones and Python 2's long ones. */
function numberOf(text: string): number | null {
  const plain = text.replaceAll('_', '');
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? null : value;
}

function signedNumber(source: PythonSource, node: PythonNode): number | null {
  const argument = childAt(node, 'argument');
  const value = argument ? literalValue(source, unwrap(argument)) : null;
  if (typeof value !== 'number') return null;
  const operator = childAt(node, 'operator')?.type;
  if (operator === '-') return -value;
  return operator === '+' ? value : null;
}

/**
 * `1 / 3`, as Python 3 computes it: with the operations on numbers of 64 bits. Whole numbers
 * beyond 2^53 are more exact there, and are left to the program.
 */
function computedNumber(source: PythonSource, node: PythonNode): number | null {
  // The right side first: in a long chain it is the short one, and mostly no number.
  const [right, left] = ['right', 'left'].map((field) => {
    const operand = childAt(node, field);
    return operand ? unwrap(operand) : undefined;
  });
  const second = right ? literalValue(source, right) : null;
  if (typeof second !== 'number' || !left) return null;
  const first = literalValue(source, left);
  if (typeof first !== 'number') return null;
  const value = compute(first, childAt(node, 'operator')?.type, second);
  return value !== null && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
}

function compute(first: number, operator: string | undefined, second: number): number | null {
  switch (operator) {
    case '+':
      return first + second;
    case '-':
      return first - second;
    case '*':
      return first * second;
    case '/':
      return second === 0 ? null : first / second;
    case '**':
      return power(first, second);
    default:
      return null;
  }
}

/**
 * Whole powers of 2 and 10, as Python rounds them; powers of other numbers are rounded by the
 * library that the interpreter was built with, and are left to the program.
 */
function power(base: number, exponent: number): number | null {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 300) return null;
  if (base === 10) return Number(`1e${exponent}`);
  const isExact = base === 2 || base === 0.5 || (exponent >= 0 && Number.isInteger(base));
  return isExact ? base ** exponent : null;
}

const notFinite = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);
// There is one way only to read any digits, so that no text takes long.
const decimal =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;

/** What Python's float() makes of a text; undefined where it takes it for none. */
export function floatOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed.replaceAll('_', ''));
  const [, sign = '', word = ''] = /^([+-]?)([a-z]+)$/i.exec(trimmed) ?? [];
  const size = notFinite.get(word.toLowerCase());
  return size !== undefined && sign === '-' ? -size : size;
}

/** What Python's int() makes of a text. */
export function integerOf(text: string): number | undefined {
  const trimmed = text.trim();
  return /^[+-]?\d+(?:_\d+)*$/.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** `float("inf")`, the way to write numbers that have no literal, and `float(1)`. */
function convertedNumber(source: PythonSource, call: PythonNode): number | null {
  if (textOf(source, childAt(call, 'function')) !== 'float') return null;
  const [argument, ...others] = codeOf(childAt(call, 'arguments'));
  const value = argument && others.length === 0 ? literalValue(source, argument) : null;
  if (typeof value === 'string') return floatOf(value) ?? null;
  return typeof value === 'number' ? value : null;
}

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
]);
const escapeSequence =
  /\\(?:([ntrabfv\\'"\n])|([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(000[\da-fA-F]{5}|0010[\da-fA-F]{4}))/g;

/** The content of a string literal; undefined for bytes and for those that are filled in at run time. */
export function stringOf(text: string): string | undefined {
  const [, prefix = '', rest = ''] = /^([a-z]*)(.*)$/is.exec(text) ?? [];
  if (/[bft]/i.test(prefix)) return undefined;
  const quote = /^(?:"""|'''|"|')/.exec(rest)?.[0];
  if (quote === undefined) return undefined;
  const end = rest.length >= 2 * quote.length && rest.endsWith(quote) ? -quote.length : undefined;
  // However the lines of a file end, Python reads `\n`.
  const content = rest.slice(quote.length, end).replaceAll('\r\n', '\n');
  if (/r/i.test(prefix) || !content.includes('\\')) return content;
  return content.replace(escapeSequence, charactersOf);
}

function charactersOf(
  whole: string,
  letter: string | undefined,
  octal: string | undefined,
  ...hexadecimal: readonly (string | undefined)[]
): string {
  if (letter !== undefined) return escapes.get(letter) ?? whole;
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
  const [two, four, eight] = hexadecimal;
  return String.fromCodePoint(Number.parseInt(two ?? four ?? eight ?? '', 16));
}

function toDictionary(source: PythonSource, node: PythonNode): ConfigNode {
  const entries = codeOf(node).flatMap((pair): readonly MappingEntry[] => {
    const key = pair.type === 'pair' ? childAt(pair, 'key') : undefined;
    const value = childAt(pair, 'value');
    if (!key || !value) return [];
    const literal = literalValue(source, key);
    return literal === null ? [] : [toEntry(source, { key: String(literal), node: key, value })];
  });
  return { kind: 'mapping', range: node.range, entries };
}

/** The keyword arguments of a call, and the positional ones that are mappings or sequences. */
function toArguments(source: PythonSource, call: PythonNode): ConfigNode | undefined {
  const callee = lastName(source, childAt(call, 'function'));
  const entries = codeOf(childAt(call, 'arguments')).flatMap((argument, index) => {
    const name = childAt(argument, 'name');
    const value = childAt(argument, 'value');
    if (argument.type === 'keyword_argument' && name && value) {
      return [toEntry(source, { key: textOf(source, name), node: name, value })];
    }
    const item = toConfigNode(source, argument);
    if (item.kind === 'scalar') return [];
    return [toEntry(source, { key: String(index), node: argument, value: argument })];
  });
  if (entries.length === 0) return undefined;
  return { kind: 'mapping', range: call.range, entries, ...(callee && { callee }) };
}

function toEntry(
  source: PythonSource,
  { key, node, value }: { key: string; node: PythonNode; value: PythonNode },
): MappingEntry {
  const converted = toConfigNode(source, value);
  return { key, keyRange: node.range, value: converted, origin: 'argument' };
}
