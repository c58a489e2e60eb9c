import type { AST } from 'toml-eslint-parser';

import { fail, type Result, succeed } from '../../base/result.ts';
import { applyChanges, type TextChange } from '../../base/textRange.ts';
import { type ConfigLanguage, findNode } from '../configTree.ts';
import { endOfLine, lineBreakOf } from '../layout.ts';
import { formatTomlKey, readToml } from './toml.ts';

/**
 * The change that adds a key to a TOML text: behind the last key of the table that is there for it,
 * else with a table of its own at the end of the file.
 */
export function insertTomlKey(
  language: ConfigLanguage,
  text: string,
  path: readonly string[],
  value: string | number | boolean | null,
): Result<readonly TextChange[]> {
  if (value === null) return fail('TOML has no null: leave the key out instead.');
  const { program } = readToml(text);
  if (!program) return fail('This TOML file cannot be read, so nothing can be added to it.');
  const line = language.formatValue(value);
  const changes = [...insideTables(text, program, path, line), newTable(text, path, line)];
  // TOML forbids to go on with a table that is complete: what does not read back is not taken.
  const fitting = changes.find((change) => readsBack(language, text, change, path, value));
  return fitting
    ? succeed([fitting])
    : fail(`${path.join('.')} has no place in the tables of this TOML file.`);
}

function readsBack(
  language: ConfigLanguage,
  text: string,
  change: TextChange,
  path: readonly string[],
  value: string | number | boolean,
): boolean {
  const { root, problems } = language.parse(applyChanges(text, [change]));
  const node = findNode(root, path);
  return problems.length === 0 && node?.kind === 'scalar' && node.value === value;
}

/** A line in the table that holds the key itself; for a key at the top, before the first table. */
function* insideTables(
  text: string,
  program: AST.TOMLProgram,
  path: readonly string[],
  value: string,
): Generator<TextChange> {
  const above = path.slice(0, -1);
  const key = path.at(-1) ?? '';
  const [top] = program.body;
  const table = top.body.find(
    (part): part is AST.TOMLTable =>
      part.type === 'TOMLTable' && isSamePath(part.resolvedKey, above),
  );
  const siblings = table ? table.body : top.body.filter((part) => part.type === 'TOMLKeyValue');
  const last = siblings.at(-1);
  if (table) yield addLine(text, (last ?? table.key).range[1], formatTomlKey(key), value);
  // Dotted keys such as `loss.kl = 1` go on as they began.
  const related = siblings.findLast(({ key: { keys } }) => keys.length === path.length);
  if (!table && above.length > 0 && !related) return;
  if (table) return;
  const dotted = path.map(formatTomlKey).join('.');
  if (last) yield addLine(text, last.range[1], dotted, value);
  else yield addFirst(text, dotted, value);
}

function addLine(text: string, offset: number, key: string, value: string): TextChange {
  const at = endOfLine(text, offset);
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  return {
    range: { start: at, end: at },
    newText: `${lineBreakOf(text)}${indent}${key} = ${value}`,
  };
}

function addFirst(text: string, key: string, value: string): TextChange {
  const at = text.startsWith('\uFEFF') ? 1 : 0;
  return { range: { start: at, end: at }, newText: `${key} = ${value}${lineBreakOf(text)}` };
}

function newTable(text: string, path: readonly string[], value: string): TextChange {
  const lineBreak = lineBreakOf(text);
  const header = path.slice(0, -1).map(formatTomlKey).join('.');
  const gap = text === '' ? '' : text.endsWith('\n') ? lineBreak : `${lineBreak}${lineBreak}`;
  const range = { start: text.length, end: text.length };
  const newText = `${gap}[${header}]${lineBreak}${formatTomlKey(path.at(-1) ?? '')} = ${value}${lineBreak}`;
  return { range, newText };
}

function isSamePath(resolved: readonly (string | number)[], path: readonly string[]): boolean {
  return resolved.length === path.length && resolved.every((key, at) => String(key) === path[at]);
}
