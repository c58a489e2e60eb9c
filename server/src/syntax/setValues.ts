import { isDeepStrictEqual } from 'node:util';

import { fail, type Result, succeed } from '../base/result.ts';
import { applyChanges, type TextChange } from '../base/textRange.ts';
import type {
  ConfigDocument,
  ConfigLanguage,
  ConfigNode,
  MappingEntry,
  MappingNode,
} from './configTree.ts';
import { insertKey, nest, type PlainScalar } from './insertKey.ts';
import { insertTomlKey } from './languages/tomlInsert.ts';
import { ownEntries } from './layout.ts';
import { configLanguages } from './registry.ts';
import { type ReplacedEntry, replaceValue } from './replaceValue.ts';
import { toPlainData } from './toPlainData.ts';

/** A key of a config with the value that it shall have. */
export interface ValueChange {
  readonly path: readonly string[];
  readonly value: PlainScalar;
}

/**
 * The text of a config in which keys have other values, and nothing else has: comments and layout
 * stay. A key that is missing is added at the end of the deepest mapping that is there; where a text
 * or number stands in the place of a mapping, a mapping takes its place. Fails, in words, where a
 * change would change something else too, as it does behind an anchor that is used twice.
 */
export function setValues(
  document: ConfigDocument,
  changes: readonly ValueChange[],
): Result<string> {
  const changed = changeValues(document, changes);
  return changed.ok ? succeed(changed.value.text) : changed;
}

/** The same, as the document that the changed text makes. */
export function changeValues(
  document: ConfigDocument,
  changes: readonly ValueChange[],
): Result<ConfigDocument> {
  const language = configLanguages.find(({ name }) => name === document.language);
  if (!language) return fail(`A config in ${document.language} cannot be changed here.`);
  let current = document;
  for (const { path, value } of changes) {
    const edits = setValue({ language, document: current, path, value });
    if (!edits.ok) return edits;
    current = language.parse(applyChanges(current.text, edits.value), current);
  }
  const problem = sideEffect(document, current, changes);
  return problem === undefined ? succeed(current) : fail(problem);
}

/** What is being changed, and to what. */
interface Setting {
  readonly language: ConfigLanguage;
  readonly document: ConfigDocument;
  readonly path: readonly string[];
  readonly value: PlainScalar;
}

/** Follows the path from a node that `depth` keys have led to. */
function setValue(
  setting: Setting,
  node: ConfigNode | undefined = setting.document.root,
  depth = 0,
): Result<readonly TextChange[]> {
  const { path, value, document, language } = setting;
  const key = path[depth] ?? '';
  if (node?.kind === 'sequence') {
    const item = node.items[Number(key)];
    if (item) return setEntry(setting, { value: item }, depth);
    return fail(`There is no ${path.slice(0, depth + 1).join('.')} in this config.`);
  }
  const mapping = node?.kind === 'mapping' ? node : undefined;
  const entry = mapping && ownEntry(mapping, key);
  if (entry) return setEntry(setting, entry, depth);
  const isInTable = language.name === 'toml' && document.text[mapping?.range.start ?? 0] !== '{';
  if (isInTable) return insertTomlKey(language, document.text, path, value);
  return insertKey(language, document, mapping, path.slice(depth), value);
}

/** The value of a key, where the way ends or there is nothing that has keys; else what is behind it. */
function setEntry(
  setting: Setting,
  entry: ReplacedEntry,
  depth: number,
): Result<readonly TextChange[]> {
  const { language, document, path, value } = setting;
  const rest = path.slice(depth + 1);
  const goesOn = entry.value !== undefined && entry.value.kind !== 'scalar';
  if (rest.length > 0 && goesOn) return setValue(setting, entry.value, depth + 1);
  if (language.name === 'toml' && value === null) {
    return fail('TOML has no null: leave the key out instead.');
  }
  return succeed([replaceValue(language, document, entry, nest(rest, value))]);
}

/** What a merge key brings in stands elsewhere, for others too: here a key of its own is added. */
function ownEntry(mapping: MappingNode, key: string): MappingEntry | undefined {
  return ownEntries(mapping).findLast((entry) => entry.key === key);
}

/** Reads the changed config again: exactly what was meant must differ. */
function sideEffect(
  before: ConfigDocument,
  after: ConfigDocument,
  changes: readonly ValueChange[],
): string | undefined {
  if (after.problems.some(({ severity }) => severity === 'error')) {
    return `The config cannot be read any more with ${changes.map(wordsOf).join(', ')}.`;
  }
  const actual = toPlainData(after.root);
  const wanted = changes.reduce(
    (data, { path, value }) => withValue(data, path, value),
    toPlainData(before.root),
  );
  const other = firstDifference(wanted, actual, []);
  if (other === undefined) return undefined;
  const meant = changes.find(({ path }) => path.join('.') === other.join('.'));
  return meant
    ? `${meant.path.join('.')} cannot be set to ${JSON.stringify(meant.value)} in the text of this config.`
    : `The change would also change ${other.join('.')}, so it would test more than one thing. Is it tied to another key by an anchor?`;
}

function wordsOf({ path, value }: ValueChange): string {
  return `${path.join('.')}: ${JSON.stringify(value)}`;
}

function withValue(data: unknown, path: readonly string[], value: PlainScalar): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(data)) {
    return data.map((item, at) => (String(at) === key ? withValue(item, rest, value) : item));
  }
  const mapping = isMapping(data) ? data : {};
  return { ...mapping, [key]: withValue(mapping[key], rest, value) };
}

function firstDifference(
  wanted: unknown,
  actual: unknown,
  path: readonly string[],
): readonly string[] | undefined {
  if (isDeepStrictEqual(wanted, actual)) return undefined;
  if (!isMapping(wanted) || !isMapping(actual)) return path;
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(actual)])];
  for (const key of keys) {
    const inner = firstDifference(wanted[key], actual[key], [...path, key]);
    if (inner) return inner;
  }
  return path;
}

function isMapping(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
