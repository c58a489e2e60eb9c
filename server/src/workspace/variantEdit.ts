import { applyPatch, type StructuredPatchHunk, structuredPatch } from 'diff';

import { withWeights } from '../ablation/plan.ts';
import { baselineId } from '../ablation/variantIds.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { TextChange } from '../base/textRange.ts';
import type { Variant } from '../model/ablation.ts';
import { walkScalars } from '../syntax/configTree.ts';
import { parseConfig } from '../syntax/registry.ts';
import type { ConfigFile } from './configFile.ts';

/** Lines around a change that must be as they were: one tells where it belongs. */
const context = 1;

/**
 * The change that makes a config that of a variant, with its comments and whatever else it says: the
 * lines in which the variant differed from the baseline, wherever they stand by now. Fails, in words,
 * where those lines have changed since the experiment was planned.
 */
export function variantEdit(
  config: Pick<ConfigFile, 'text' | 'document' | 'terms'>,
  texts: ReadonlyMap<string, string>,
  variant: Variant,
  name: string,
): Result<TextChange> {
  const before = texts.get(baselineId);
  const after = texts.get(variant.id);
  if (after !== undefined && config.text === after) return fail(already(name, variant));
  const text =
    before === undefined || after === undefined || before === after
      ? weighted(config, variant)
      : changedAlike(config, before, after, variant, name);
  if (text === undefined) {
    return fail(
      `${name} has changed since this experiment was planned, in the lines that "${variant.label}" changes: make the change by hand, as the report shows it.`,
    );
  }
  return text === config.text ? fail(already(name, variant)) : succeed(changeOf(config.text, text));
}

function already(name: string, { label }: Variant): string {
  return `${name} is already as "${label}" has it.`;
}

/**
 * The config with its lines changed as the plan changed them, else with its weights set; but only where
 * that changes the same keys to the same values, for the lines of one weight may be those of another.
 */
function changedAlike(
  config: Pick<ConfigFile, 'text' | 'document' | 'terms'>,
  before: string,
  after: string,
  variant: Variant,
  name: string,
): string | undefined {
  const { text } = config;
  if (text === before) return after;
  const wanted = changedKeys(name, before, after);
  const isAlike = (changed: string | undefined): changed is string =>
    changed !== undefined && changedKeys(name, text, changed) === wanted;
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context });
  const patched = applyPatch(text, patch, { fuzzFactor: 0 });
  // Of lines that stood there once, and still do, it is certain which they are, though an item before them has made
  // their keys others.
  const isCertain = [before, text].every((one) => isOnce(one, patch.hunks));
  if (patched !== false && (isAlike(patched) || isCertain)) return patched;
  const set = weighted(config, variant);
  return isAlike(set) ? set : undefined;
}

/** What a change sets to what, in one text. */
function changedKeys(name: string, before: string, after: string): string {
  const [from, to] = [before, after].map((text) =>
    walkScalars(parseConfig(name, text)?.root).map(
      ({ path, node }) => `${path.join('\n')}\n${node.value}`,
    ),
  );
  const known = new Set(from);
  return (to ?? []).filter((line) => !known.has(line)).join('\n\n');
}

/** Whether the lines that a patch changes, with those around them, stand in one place alone. */
function isOnce(text: string, hunks: readonly StructuredPatchHunk[]): boolean {
  const all = `\n${text.replaceAll('\r\n', '\n')}\n`;
  return hunks.every(({ lines }) => {
    const old = lines.filter((line) => /^[- ]/.test(line)).map((line) => line.slice(1));
    const block = `\n${old.join('\n').replaceAll('\r', '')}\n`;
    const first = all.indexOf(block);
    return first >= 0 && all.indexOf(block, first + 1) < 0;
  });
}

/** By the weights themselves, where they are all that differs and the config still has the old ones. */
function weighted(
  { document, terms }: Pick<ConfigFile, 'document' | 'terms'>,
  { changes, keys = [] }: Variant,
): string | undefined {
  const isAll = changes.length > 0 && keys.length <= changes.length;
  const isAsBefore = changes.every(
    ({ term, from }) => terms.find((one) => one.name === term)?.weight === from,
  );
  if (!document || !isAll || !isAsBefore) return undefined;
  const text = withWeights(document, terms, changes);
  return text.ok ? text.value : undefined;
}

/** One change from the first character that differs to the last. */
function changeOf(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (
    same < shorter - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  ) {
    same += 1;
  }
  return {
    range: { start, end: before.length - same },
    newText: after.slice(start, after.length - same),
  };
}
