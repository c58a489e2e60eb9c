import type { ConfigDocument, ConfigLanguage } from '../configTree.ts';
import { formatExponent, toNumberText } from './numberText.ts';
import { isProgram, isStillProgram } from './python/isProgram.ts';
import { liftNumber } from './python/lift/liftNumber.ts';
import { parseProgram } from './python/parseProgram.ts';
import { ProgramMemory } from './python/programMemory.ts';

/**
 * Python programs, as far as they hold configuration: names that are given literals, options,
 * fields, defaults, arguments, and the sums that they are used in. What is wrong with a program is for others to say: there are no problems.
 */
export const python: ConfigLanguage = {
  name: 'python',
  extensions: ['.py', '.pyi'],
  parse: parsePython,
  parseInSteps,
  liftNumber: ({ text, memory }, number) =>
    memory instanceof ProgramMemory ? liftNumber(text, memory.tree, number) : undefined,
  locate: () => undefined,
  formatNumber: formatPythonNumber,
  formatValue: formatPythonValue,
};

/** Longer files are generated ones; reading them would hold everything up. */
const longestText = 2_000_000;

function parsePython(text: string, previous?: ConfigDocument): ConfigDocument {
  const steps = parseInSteps(text, previous);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

function* parseInSteps(
  text: string,
  previous?: ConfigDocument,
): Generator<undefined, ConfigDocument> {
  const language = 'python';
  const before = previous?.memory instanceof ProgramMemory ? previous.memory : undefined;
  if (before && previous?.text === text) return previous;
  const isSound = before && previous ? isStillProgram(text, previous.text) : isProgram(text);
  if (!isSound || text.length > longestText)
    return { language, text, root: undefined, problems: [] };
  const { root, sums, memory } = yield* parseProgram(text, before);
  return { language, text, root, problems: [], sums, memory };
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
