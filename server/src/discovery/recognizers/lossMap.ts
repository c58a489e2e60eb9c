import { isLossWord, toTermName } from '../keyWords.ts';
import { namesKnownLoss } from '../lossVocabulary.ts';
import { namesSomethingElse } from '../notAWeight.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';
import { namesIn, type WeightPlace } from '../weightPlaces.ts';

/** `losses: {adv: 4.0, l1: 0.1}`. */
export const lossMap: Recognizer = {
  name: 'loss-map',
  description: 'A number for each loss by its name, below `loss` or `losses`.',
  examples: [
    {
      language: 'yaml',
      text: `losses:
  adv: 4.
  #    ^^
  l1: 0.1
  msspec: 2.
  #       ^^
train:
  loss: {recon: 1.0, kl: 1.0e-06, ignore_index: 255, reduction: mean, cl_noise: 0.5}
criterion:
  type: dice
  smooth: 1.0
  l2: 0.5
results:
  kl: 0.3
`,
      finds: [
        { name: 'adv', weight: 4 },
        { name: 'l1', weight: 0.1 },
        { name: 'msspec', weight: 2 },
        { name: 'recon', weight: 1 },
        { name: 'kl', weight: 1e-6 },
      ],
    },
  ],
  recognize(document, places) {
    const maps = new LossMaps();
    return places.flatMap((place) => {
      const confidence = confidenceOf(place, maps);
      if (confidence === 0) return [];
      const allowsList = confidence === sure;
      const name = toTermName(place.words);
      const recognition = { name, confidence, keyIsSure: false, allowsList };
      return toLossTerm(place, { ...recognition, recognizer: 'loss-map' }, document.text);
    });
  },
};

/** How sure it is of a key that names a loss, and of one among such keys. */
const sure = 0.75;
const inCompany = 0.6;

function confidenceOf(place: WeightPlace, maps: LossMaps): number {
  const { words, above, isElsewhere } = place;
  // First, as it mostly settles it.
  if (isElsewhere || !isLossMap(above.at(-1)?.words ?? []) || isParameter(words)) return 0;
  const map = maps.around(place);
  if (map === 'none') return 0;
  // The last word says what it is: `cl_view_noise` is a noise.
  if (namesKnownLoss(words.slice(-1)) || words.some(isLossWord)) return sure;
  return map === 'losses' ? inCompany : 0;
}

/** A map of losses, such a map that may hold other numbers too, or none. */
type MapKind = 'losses' | 'mixed' | 'none';

/** Looks at each mapping once: every place of a long one would ask about all others. */
class LossMaps {
  readonly #kinds = new Map<WeightPlace['mapping'], MapKind>();

  around(place: WeightPlace): MapKind {
    const known = this.#kinds.get(place.mapping) ?? kindOf(place);
    this.#kinds.set(place.mapping, known);
    return known;
  }
}

/** Where a loss is named beside it, a number is a parameter of that one. */
function kindOf(place: WeightPlace): MapKind {
  if (namesIn(place.mapping).length > 0) return 'none';
  return standsAmongLosses(place) ? 'losses' : 'mixed';
}

/** Of one loss: the smoothing of a Dice loss, the range of a clip. */
const parameters = new Set([
  ...['smooth', 'clip', 'margin', 'temperature', 'tau', 'gamma', 'alpha', 'beta', 'reduction'],
  ...['index', 'ratio', 'weight', 'delta', 'smoothing', 'num', 'dim', 'scale', 'power', 'thr'],
]);

function isParameter(words: readonly string[]): boolean {
  return namesSomethingElse(words) || words.some((word) => parameters.has(word));
}

function isLossMap(words: readonly string[]): boolean {
  return words.length > 0 && words.every((word) => isLossWord(word) || word === 'fn');
}

/** Every value is a number, and most of the keys name losses. */
function standsAmongLosses({ family, mapping }: WeightPlace): boolean {
  const isAllNumbers = mapping.entries.every(
    ({ value }) => value?.kind === 'scalar' && typeof value.value === 'number',
  );
  if (!isAllNumbers) return false;
  const known = family.filter(({ words }) => namesKnownLoss(words) || words.some(isLossWord));
  return known.length * 2 >= family.length;
}
