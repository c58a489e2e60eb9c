import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { followReference, isReference } from './followReferences.ts';
import { toTermName, WordMemory } from './keyWords.ts';
import type { Recognizer } from './recognizer.ts';
import { recognizers } from './registry.ts';
import { findWeighings } from './weighings.ts';
import { findWeightPlaces } from './weightPlaces.ts';

/** Below this a guess is more likely to annoy than to help (model/lossTerm.ts). */
const leastConfidence = 0.5;

/**
 * The loss terms of a config in the order of the text. A place that several idioms recognise is
 * reported once, by the surest of them; of a key set twice the last counts, as the frameworks read
 * it. Names are unique: two `kl_weight` become `encoder_kl` and `decoder_kl` after their parents.
 */
export function discoverTerms(
  document: ConfigDocument,
  using: readonly Recognizer[] = recognizers,
): readonly LossTerm[] {
  const places = findWeightPlaces(document);
  const weighings = findWeighings(document);
  const found = using
    .flatMap((recognizer) => recognizer.recognize(document, places, weighings))
    .map((term) => (isReference(term.text) ? followReference(document, term) : term))
    .filter((term) => term.confidence >= leastConfidence)
    // In a program a text in the place of a number has a meaning that the program knows.
    .filter((term) => document.sums === undefined || term.weight !== undefined);
  const apart = document.sums === undefined ? found : tellApart(found);
  const byPath = keepBest(apart, (term) => JSON.stringify(term.path));
  // An aliased or merged mapping shows the same number under several paths.
  const byPlace = keepBest(byPath, (term) => String(term.valueRange.start));
  return nameApart(byPlace.sort((a, b) => a.valueRange.start - b.valueRange.start));
}

/**
 * In a program a name may get its value in several places, one in each branch. The last has the
 * name's path; those before it have one of their own, by which nothing else is found: `kl_weight#1`.
 */
function tellApart(terms: readonly LossTerm[]): readonly LossTerm[] {
  const starts = new Map<string, Set<number>>();
  const ofTerms = terms.map(({ path, valueRange }) => {
    const key = JSON.stringify(path);
    const known = starts.get(key) ?? new Set();
    starts.set(key, known.add(valueRange.start));
    return known;
  });
  return terms.map((term, index) => {
    const places = ofTerms[index];
    if (!places || places.size === 1) return term;
    const before = [...places].filter((start) => start < term.valueRange.start).length;
    if (before === places.size - 1) return term;
    const last = `${term.path.at(-1) ?? ''}#${before + 1}`;
    return { ...term, path: [...term.path.slice(0, -1), last] };
  });
}

/** Of the terms with the same key: the surest, and of equally sure ones at one path the last. */
function keepBest(terms: readonly LossTerm[], keyOf: (term: LossTerm) => string): LossTerm[] {
  const best = new Map<string, LossTerm>();
  for (const term of terms) {
    const key = keyOf(term);
    const rival = best.get(key);
    if (!rival || isBetter(term, rival)) best.set(key, term);
  }
  return [...best.values()];
}

function isBetter(term: LossTerm, rival: LossTerm): boolean {
  if (term.confidence !== rival.confidence) return term.confidence > rival.confidence;
  return term.valueRange.start > rival.valueRange.start;
}

/** Puts the keys above in front of names that several terms share, as many as it takes. */
function nameApart(terms: readonly LossTerm[]): readonly LossTerm[] {
  const deepest = terms.reduce((most, { path }) => Math.max(most, path.length), 0);
  const words = new WordMemory();
  let names = terms.map((term) => term.name);
  let shared = repeated(names);
  for (let levels = 1; levels < deepest && shared.size > 0; levels += 1) {
    const before = shared;
    names = names.map((name, index) =>
      before.has(name) ? prefixed(terms[index], levels, name, words) : name,
    );
    shared = repeated(names);
  }
  const numbers = new Map<string, number>();
  const taken = new Set(names);
  return terms.map((term, index) => ({
    ...term,
    name: numbered(names[index] ?? '', numbers, taken),
  }));
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const once = new Set<string>();
  return new Set(names.filter((name) => once.size === once.add(name).size));
}

function prefixed(
  term: LossTerm | undefined,
  levels: number,
  name: string,
  words: WordMemory,
): string {
  const parent = toTermName(words.of(term?.path.at(-1 - levels) ?? ''));
  return parent === '' || parent === name ? name : `${parent}_${name}`;
}

/** Where the keys tell nothing apart, the second of a name gets a number that makes it no other's. */
function numbered(name: string, numbers: Map<string, number>, taken: Set<string>): string {
  let number = (numbers.get(name) ?? 0) + 1;
  while (number > 1 && taken.has(`${name}_${number}`)) number += 1;
  numbers.set(name, number);
  if (number === 1) return name;
  taken.add(`${name}_${number}`);
  return `${name}_${number}`;
}
