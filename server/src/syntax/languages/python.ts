import type { ConfigDocument, ConfigLanguage } from '../configTree.ts';
import { formatExponent, toNumberText } from './numberText.ts';
import { PythonParser } from './python/pythonParser.ts';
import { readProgram } from './python/readProgram.ts';
import { Resolver } from './python/resolver.ts';
import { toWeightedSum } from './python/sums.ts';

const parser = new PythonParser();

/**
 * Python programs, as far as they hold configuration: names that are given literals, options,
 * fields, defaults, arguments, and the sums that they are used in. Until the grammar is loaded a
 * file has no tree. What is wrong with a program is for others to say: there are no problems.
 */
export const python: ConfigLanguage = {
  name: 'python',
  extensions: ['.py', '.pyi'],
  load: (binaries) => parser.load(binaries),
  parse: parsePython,
  locate: () => undefined,
  formatNumber: formatPythonNumber,
  formatValue: formatPythonValue,
};

function parsePython(text: string): ConfigDocument {
  const source = parser.parse(text);
  if (!source) return { language: 'python', text, root: undefined, problems: [] };
  const { definitions, sites } = readProgram(source);
  const resolver = new Resolver(source, definitions);
  const sums = sites.flatMap((site) => toWeightedSum(source, site, resolver) ?? []);
  return { language: 'python', text, root: definitions.root, problems: [], sums };
}

function formatPythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : '-float("inf")';
  const { mantissa, exponent } = toNumberText(value);
  return exponent === undefined ? mantissa : `${mantissa}${formatExponent(exponent)}`;
}

function formatPythonValue(value: unknown): string {
  if (typeof value === 'number') return formatPythonNumber(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(formatPythonValue).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return 'None';
  const entries = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${formatPythonValue(inner)}`,
  );
  return `{${entries.join(', ')}}`;
}
