import { type Document, parseAllDocuments, type YAMLError } from 'yaml';

import { fail, type Result, succeed } from '../../base/result.ts';
import type { ConfigProblem } from '../../model/finding.ts';
import type { ConfigDocument, ConfigLanguage } from '../configTree.ts';
import { formatExponent, toNumberText } from './numberText.ts';
import { locateInYaml } from './yamlCursor.ts';
import { readPlainYaml } from './yamlReader.ts';
import { detectDialect, readPlainScalar } from './yamlScalar.ts';
import { YamlTreeBuilder } from './yamlTree.ts';

/**
 * YAML as Python's loaders read it: YAML 1.1 by PyYAML's resolver, in which `1e-2` is a text and
 * `yes` is true; numbers by OmegaConf's where the file shows that it is one of its. Of several
 * documents in one file the first with content is the config.
 */
export const yaml: ConfigLanguage = {
  name: 'yaml',
  extensions: ['.yaml', '.yml'],
  parse: parseYaml,
  locate: (text, offset) => locateInYaml(text, offset, (changed) => parseYaml(changed).root),
  formatNumber: formatYamlNumber,
  formatValue: formatYamlValue,
};

function parseYaml(text: string): ConfigDocument {
  const plain = readPlainYaml(text);
  if (!plain) return parseAnyYaml(text);
  const builder = new YamlTreeBuilder(text, detectDialect(text));
  const root = builder.build(plain);
  return { language: 'yaml', text, root, problems: builder.problems };
}

/** What is rare, and what is wrong. */
export function parseAnyYaml(text: string): ConfigDocument {
  const read = readDocuments(text);
  if (!read.ok) return { language: 'yaml', text, root: undefined, problems: [read.error] };
  const documents = read.value;
  const builder = new YamlTreeBuilder(text, detectDialect(text));
  const first = documents.findIndex(hasContent);
  const document = documents[first];
  const root = document && builder.build(document.contents);
  const syntax = documents.flatMap((one) => one.errors.map((error) => toProblem(error, text)));
  const rest = documents.slice(first + 1).find(hasContent);
  return {
    language: 'yaml',
    text,
    root,
    problems: [...syntax, ...builder.problems, ...(root && rest ? [restIsNotRead(rest)] : [])],
  };
}

/** The failsafe schema leaves every scalar a text: what it means is for `yamlScalar.ts` to say. */
function readDocuments(text: string): Result<readonly Document[], ConfigProblem> {
  try {
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return succeed([...documents]);
  } catch (error) {
    // The library answers with errors of its own; this is for input it was not made for.
    const reason = error instanceof Error ? error.message : String(error);
    const range = { start: 0, end: Math.min(text.length, 1) };
    const message = `Not valid YAML: ${reason}`;
    return fail({ code: 'yaml-syntax', severity: 'error', message, range });
  }
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
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${formatYamlValue(inner)}`);
  return `{${entries.join(', ')}}`;
}

function isPlain(text: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(text) && readPlainScalar(text, 'pyyaml') === text;
}
