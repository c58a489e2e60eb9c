import type { Document, YAMLError } from 'yaml';

import type { ConfigProblem } from '../../model/finding.ts';
import type { ConfigDocument, ConfigLanguage, ConfigNode } from '../configTree.ts';
import { formatExponent, toNumberText } from './numberText.ts';
import { locateInYaml } from './yamlCursor.ts';
import { readDocuments } from './yamlDocuments.ts';
import { isBlockMapping, YamlMemory } from './yamlMemory.ts';
import { detectDialect, readPlainScalar, type YamlDialect } from './yamlScalar.ts';
import { YamlTreeBuilder } from './yamlTree.ts';

const language = 'yaml';
/** Of an open bracket all that follows is an error too; so are all aliases of one name. */
const mostErrors = 10;

/**
 * YAML as Python's loaders read it: YAML 1.1 by PyYAML's resolver, in which `1e-2` is a text and
 * `yes` is true; numbers by OmegaConf's where the file shows that it is one of its. Of several
 * documents in one file the first with content is the config.
 */
export const yaml: ConfigLanguage = {
  name: language,
  extensions: ['.yaml', '.yml'],
  parse: parseYaml,
  locate: (text, offset) => locateInYaml(text, offset, (changed) => parseYaml(changed).root),
  formatNumber: formatYamlNumber,
  formatValue: formatYamlValue,
};

function parseYaml(text: string, previous?: ConfigDocument): ConfigDocument {
  const before = previous?.memory instanceof YamlMemory ? previous.memory : undefined;
  if (before && previous?.text === text) return previous;
  const dialect = detectDialect(text);
  const root = before?.edited(text, dialect);
  if (!root) return parseWhole(text, dialect, before);
  return { language, text, root, problems: [], memory: new YamlMemory(text, root, dialect) };
}

function parseWhole(
  text: string,
  dialect: YamlDialect,
  before: YamlMemory | undefined,
): ConfigDocument {
  const read = readDocuments(text);
  if (!read.ok) return { language, text, root: undefined, problems: [failure(read.error, text)] };
  const documents = read.value;
  const builder = new YamlTreeBuilder(text, dialect);
  const first = documents.findIndex(hasContent);
  const root = builder.build(documents[first]?.contents, 0);
  const errors = documents.flatMap((one) => one.errors).slice(0, mostErrors);
  const syntax = errors.map((error) => toProblem(error, text));
  const rest = documents.slice(first + 1).find(hasContent);
  const structure = builder.problems.slice(0, mostErrors);
  const problems = [...syntax, ...structure, ...(root && rest ? [restIsNotRead(rest)] : [])];
  const canReuse = problems.length === 0 && documents.length === 1 && builder.isSelfContained;
  // While somebody types, most versions are broken, but the next good one is near the last.
  const memory = (canReuse ? toMemory(text, root, dialect) : undefined) ?? before;
  return { language, text, root, problems, ...(memory ? { memory } : {}) };
}

function toMemory(
  text: string,
  root: ConfigNode | undefined,
  dialect: YamlDialect,
): YamlMemory | undefined {
  if (!isBlockMapping(root, text) || hasDirective(text.slice(0, root.range.start)))
    return undefined;
  return new YamlMemory(text, root, dialect);
}

/** What a directive says holds for all that follows. */
function hasDirective(head: string): boolean {
  return /^%/m.test(head);
}

function failure(reason: string, text: string): ConfigProblem {
  const range = { start: 0, end: Math.min(text.length, 1) };
  return { code: 'yaml-syntax', severity: 'error', message: `Not valid YAML: ${reason}`, range };
}

/** An empty document, such as one before a leading `---`, holds a scalar of no length. */
function hasContent(document: Document): boolean {
  const [start, end] = document.contents?.range ?? [0, 0];
  return end > start;
}

function toProblem(error: YAMLError, text: string): ConfigProblem {
  const start = Math.min(error.pos[0], text.length);
  const end = Math.min(Math.max(error.pos[1], start), text.length);
  return {
    code: 'yaml-syntax',
    severity: 'error',
    message: `Not valid YAML: ${error.message}`,
    range: { start, end },
  };
}

function restIsNotRead(document: Document): ConfigProblem {
  const [start, end] = document.contents?.range ?? document.range ?? [0, 0];
  return {
    code: 'yaml-documents',
    severity: 'information',
    message: 'Only the first document of this file is read as the config.',
    range: { start, end },
  };
}

/** PyYAML needs a dot in front of an exponent, and a sign behind the `e`: `1.0e-06`. */
function formatYamlNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const { mantissa, exponent } = toNumberText(value);
  if (exponent === undefined) return mantissa;
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${formatExponent(exponent)}`;
}

/** In flow style; a text stands in quotes only where it would be read as something else without. */
function formatYamlValue(value: unknown): string {
  if (typeof value === 'number') return formatYamlNumber(value);
  if (Array.isArray(value)) return `[${value.map(formatYamlValue).join(', ')}]`;
  if (typeof value === 'string') return isPlain(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(
    ([key, inner]) => `${formatYamlValue(key)}: ${formatYamlValue(inner)}`,
  );
  return `{${entries.join(', ')}}`;
}

function isPlain(text: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(text) && readPlainScalar(text, 'pyyaml') === text;
}
