import { walkScalars } from '../../syntax/configTree.ts';
import { isLossWord, splitWords, toTermName } from '../keyWords.ts';
import { standsElsewhere } from '../notAWeight.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';

const weightWords = new Set(['weight', 'weights', 'coef', 'coefs', 'coeffs', 'lambda', 'lambdas']);

/** `loss_weights: {l1: 1, kl: 1.0e-06}`. */
export const weightMap: Recognizer = {
  name: 'weight-map',
  description: 'A mapping from losses to weights: `loss_weights`, or `weights` below `loss`.',
  examples: [
    {
      language: 'yaml',
      text: `train:
  loss_weights: {l1: 1, kl: 1.0e-06}
  #                  ^
criterion:
  weights:
    dice_loss: 2.0
    #          ^^^
class_weights: {cat: 1.0, dog: 2.0}
perceptual:
  layer_weights: {conv1: 0.1}
weights:
  encoder: 3
`,
      finds: [
        { name: 'l1', weight: 1 },
        { name: 'kl', weight: 1e-6 },
        { name: 'dice', weight: 2 },
      ],
    },
    {
      language: 'json',
      text: '{"loss_weights": [1, 2], "losses": {"weights": "balanced.json"}}\n',
      finds: [],
    },
  ],
  recognize(document) {
    return [...walkScalars(document.root)].flatMap((place) => {
      const parents = place.path.slice(0, -1);
      const map = parents.at(-1);
      const key = place.path.at(-1) ?? '';
      if (map === undefined || /^\d+$/.test(key) || standsElsewhere(parents)) return [];
      if (!isWeightMap(map, parents.at(-2))) return [];
      const name = toTermName(splitWords(key));
      return toLossTerm(place, {
        name,
        recognizer: 'weight-map',
        confidence: 0.9,
        keyIsSure: true,
      });
    });
  },
};

/** `loss_weights` says it alone; `weights` needs a `loss` or `criterion` above it. */
function isWeightMap(key: string, above: string | undefined): boolean {
  const words = splitWords(key);
  if (!weightWords.has(words.at(-1) ?? '')) return false;
  if (words.length > 1) return words.slice(0, -1).every(isLossWord);
  return splitWords(above ?? '').some(isLossWord);
}
