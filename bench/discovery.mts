import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { LineIndex } from '../server/src/base/lineIndex.ts';
import { discoverTerms } from '../server/src/discovery/discoverTerms.ts';
import { discoverUses } from '../server/src/discovery/discoverUses.ts';
import type { LossTerm } from '../server/src/model/lossTerm.ts';
import { parseConfig } from '../server/src/syntax/registry.ts';

/**
 * `npm run bench:discovery`: how many of the weights of real configs are found, and how many of the
 * findings are weights. The truth was made by hand: weights, places that are none, and places of
 * which both can be said, which count neither way. A finding and a place of the truth are the same
 * where line and value are. The configs lie beside the project and are never part of it;
 * COUNTERWEIGHT_CORPUS names another folder than `../shared/corpus`.
 */
const placeSchema = z.object({
  line: z.int(),
  key: z.string().optional(),
  expr: z.string().optional(),
  /** A list where one weight is a schedule, or one for each scale. */
  value: z.union([z.number(), z.string(), z.null(), z.array(z.unknown())]).optional(),
  role: z.enum(['definition', 'use', 'literal']).optional(),
});
const truthSchema = z.record(
  z.string(),
  z.object({
    format: z.string(),
    weights: z.array(placeSchema),
    ambiguous: z.array(placeSchema),
    not_weights: z.array(placeSchema),
  }),
);

type Place = z.infer<typeof placeSchema>;
type FileTruth = z.infer<typeof truthSchema>[string];
/** What a place of the truth is for us. */
const kinds = { definition: 'definition', use: 'use', literal: 'hard-coded' } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

interface Count {
  found: number;
  right: number;
  truth: number;
}

const folder = join(
  process.env.COUNTERWEIGHT_CORPUS ?? resolve('..', 'shared', 'corpus'),
  'configs',
);
const truthFile = join(folder, 'TRUTH.json');
if (!existsSync(truthFile)) {
  console.log(`No corpus of configs at ${folder} (COUNTERWEIGHT_CORPUS names another place).`);
  process.exit(0);
}

const counts = new Map<string, Count>();

function count(name: string, add: Partial<Count>): void {
  const before = counts.get(name) ?? { found: 0, right: 0, truth: 0 };
  const { found = 0, right = 0, truth = 0 } = add;
  counts.set(name, {
    found: before.found + found,
    right: before.right + right,
    truth: before.truth + truth,
  });
}

function sameValue(place: Place, term: LossTerm): boolean {
  const { value } = place;
  // A use whose value the program computes on the way.
  if (term.kind === 'use' && term.weight === undefined) return true;
  if (Array.isArray(value)) return term.weight === undefined || value.flat().includes(term.weight);
  return typeof value !== 'number' || value === term.weight;
}

function linesOf(term: LossTerm, lines: LineIndex): readonly number[] {
  const { keyRange, valueRange } = term;
  return [valueRange.start, keyRange.start].map((offset) => lines.positionAt(offset).line + 1);
}

function judgeFile(path: string, truth: FileTruth, text: string): void {
  const document = parseConfig(path, text);
  if (!document) {
    console.log(`  not read   ${path}`);
    return;
  }
  const lines = new LineIndex(text);
  const terms = [...discoverTerms(document), ...discoverUses(document)];
  for (const kind of Object.values(kinds)) {
    const places = truth.weights.filter(({ role }) => role !== undefined && kinds[role] === kind);
    judgeKind({
      path,
      truth,
      kind,
      places,
      terms: terms.filter((term) => term.kind === kind),
      lines,
    });
  }
}

interface Judged {
  readonly path: string;
  readonly truth: FileTruth;
  readonly kind: Kind;
  readonly places: readonly Place[];
  readonly terms: readonly LossTerm[];
  readonly lines: LineIndex;
}

function judgeKind(judged: Judged): void {
  const { path, truth, kind, places, terms, lines } = judged;
  const unmatched = new Set(places);
  // Those with a value first: one without fits every value of its line.
  const sorted = terms.toSorted(
    (a, b) => Number(a.weight === undefined) - Number(b.weight === undefined),
  );
  for (const term of sorted) {
    const isAt = (place: Place): boolean =>
      linesOf(term, lines).includes(place.line) && sameValue(place, term);
    const match = [...unmatched].find(isAt);
    if (match) unmatched.delete(match);
    else if (truth.ambiguous.some(isAt) || places.some((place) => isListAt(place, isAt))) continue;
    tell(judged, term, match !== undefined);
  }
  count(`${kind}, ${truth.format}`, { truth: places.length });
  for (const { line, key, expr, value } of unmatched) {
    console.log(`  missed ${kind} ${path}:${line} ${key ?? expr ?? ''} = ${value}`);
  }
}

function tell({ path, truth, kind, lines }: Judged, term: LossTerm, isRight: boolean): void {
  const right = isRight ? 1 : 0;
  count(`${kind}, ${truth.format}`, { found: 1, right });
  count(`${kind} by ${term.recognizer}`, { found: 1, right });
  if (isRight) return;
  const [line] = linesOf(term, lines);
  const place = `${path}:${line} ${term.path.join('.')} = ${term.text}`;
  console.log(`  false ${kind} ${place} (${term.recognizer})`);
}

/** The items of a list are found one by one, and are one weight of the truth. */
function isListAt(place: Place, isAt: (place: Place) => boolean): boolean {
  return Array.isArray(place.value) && isAt(place);
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '     –' : (part / whole).toFixed(3).padStart(6);
}

const truth = truthSchema.parse(JSON.parse(readFileSync(truthFile, 'utf8')));
for (const [path, file] of Object.entries(truth)) {
  judgeFile(path, file, readFileSync(join(folder, path), 'utf8'));
}
console.log('\nprecision  recall  found  right  truth');
for (const [name, { found, right, truth: all }] of [...counts].sort()) {
  const numbers = [found, right, all].map((number) => String(number).padStart(6)).join(' ');
  console.log(`   ${ratio(right, found)}  ${ratio(right, all)} ${numbers}  ${name}`);
}
