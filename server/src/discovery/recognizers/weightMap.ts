import type { LossTerm } from '../../model/lossTerm.ts';
import { isLossWord, splitWords, toTermName } from '../keyWords.ts';
import { namesKnownLoss } from '../lossVocabulary.ts';
import { namesSomethingElse } from '../notAWeight.ts';
import type { Recognizer } from '../recognizer.ts';
import { type Recognition, toLossTerm } from '../toLossTerm.ts';
import type { KeyAbove, WeightPlace } from '../weightPlaces.ts';

const weightWords = new Set([
  ...['weight', 'weights', 'coef', 'coefs', 'coeff', 'coeffs', 'lambda', 'lambdas', 'coefficients'],
]);
const mapWords = new Set([...weightWords, 'scales', 'factors', 'w', 'weighting']);
/** Lists with a number for each coordinate of a box, or each class. */
const partWords = new Set(['bbox', 'box', 'reg', 'ce', 'bce', 'category', 'channel']);
/** Classes of which there are losses in the mapping, and weights for the parts of one loss. */
const otherEntries = new Set([
  'object',
  'eos',
  'code',
  'codes',
  'layer',
  'layers',
  'decay',
  'cost',
]);

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
      language: 'yaml',
      text: `lambdas:
  mel/loss: 15.0
  #         ^^^^
train_params:
  loss_weights:
    perceptual: [10, 10, 10]
    #           ^^^^^^^^^^^^
loss_configs:
  spectral:
    config: {sizes: 512}
    weights: {mrstft: 1.0}
loss_coeff: {class: 1, no_object: 0.1}
SetCriterion:
  weight_dict: {loss_vfl: 1}
Matcher:
  weight_dict: {cost_class: 2}
loss_scales: {image: 1.0}
loss_scale: 512
LOSS:
  BALANCE_WEIGHTS: [1, 0.4]
  CLASS_WEIGHTS: [1, 2]
BBOX_REG_WEIGHTS: [10.0, 10.0, 5.0, 5.0]
`,
      finds: [
        { name: 'mel', weight: 15 },
        { name: 'perceptual', weight: undefined },
        { name: 'mrstft', weight: 1 },
        { name: 'class', weight: 1 },
        { name: 'vfl', weight: 1 },
        { name: 'image', weight: 1 },
        { name: 'balance', weight: undefined },
      ],
    },
    {
      language: 'json',
      text: '{"loss_weights": [1, 2], "class_weights": [3, 4], "losses": {"weights": "balanced.json"}}\n',
      finds: [{ name: 'loss', weight: undefined }],
    },
    {
      language: 'yaml',
      text: `loss:
  type: MixedLoss
  losses:
    - type: CELoss
    - {type: DiceLoss, smooth: 1.0}
  weights: [0.8, 0.2]
  #        ^^^^^^^^^^
model: {weights: [1, 2]}
`,
      finds: [{ name: 'loss', weight: undefined }],
    },
    {
      language: 'python',
      text: `model.compile(optimizer="adam", loss=["mse", "kld"], loss_weights=[1.0, 0.003])
#                                                                  ^^^  ^^^^^
model.fit(x, y, class_weight=[1.0, 2.0])
`,
      finds: [
        { name: 'loss_1', weight: 1 },
        { name: 'loss_2', weight: 0.003 },
      ],
    },
  ],
  recognize(document, places) {
    return places.flatMap((place) => {
      const entry = recognizeEntry(place);
      if (entry) return toLossTerm(place, entry, document.text);
      const list = recognizeList(place);
      if (!list) return [];
      // A program has no list for a schedule: each number is the weight of one of its losses.
      return document.sums ? itemTerms(place, list) : toLossTerm(place, list, document.text);
    });
  },
};

/** `model.compile(loss_weights=[1.0, 0.1])` */
function itemTerms({ node, path, keyRange }: WeightPlace, list: Recognition): readonly LossTerm[] {
  if (node.kind !== 'sequence') return [];
  return node.items.flatMap((item, index) => {
    if (item.kind !== 'scalar') return [];
    const place = { node: item, path: [...path, String(index)], keyRange };
    return toLossTerm(place, { ...list, name: `${list.name}_${index + 1}` });
  });
}

const recognizer = 'weight-map';

/** An entry of a mapping of weights; the mapping may have one more level, `{gen: {adv: 1}}`. */
function recognizeEntry(place: WeightPlace): Recognition | undefined {
  const { words, above, isElsewhere } = place;
  if (isElsewhere || !(isMapOf(place, above.at(-1)) || isMapOf(place, above.at(-2)))) {
    return undefined;
  }
  if (words.some((word) => otherEntries.has(word))) return undefined;
  const named = words.filter((word) => !weightWords.has(word));
  const name = toTermName(named) || toTermName(words);
  return { name, recognizer, confidence: 0.9, keyIsSure: true, allowsList: true };
}

function isMapOf({ words, isInLoss }: WeightPlace, map: KeyAbove | undefined): boolean {
  return map !== undefined && isWeightMap(map.words, isInLoss, words);
}

/** `loss_weights: [1, 0.4]`: what each of them weighs, the program knows. */
function recognizeList({
  words,
  node,
  mapping,
  isInLoss,
  isElsewhere,
}: WeightPlace): Recognition | undefined {
  if (node.kind !== 'sequence' || isElsewhere || !weightWords.has(words.at(-1) ?? ''))
    return undefined;
  const saysLoss = words.some(isLossWord);
  const hasName = words.length > 1 || listsLosses(mapping);
  const isBelowLoss = isInLoss && hasName && !words.some((word) => partWords.has(word));
  if (!(saysLoss || isBelowLoss) || namesSomethingElse(words)) return undefined;
  const name = toTermName(words.slice(0, -1)) || 'loss';
  return { name, recognizer, confidence: 0.8, keyIsSure: true, allowsList: true };
}

/** `losses: [{type: CELoss}, {type: DiceLoss}]`, beside which `weights: [0.8, 0.2]` says enough. */
function listsLosses({ entries }: WeightPlace['mapping']): boolean {
  return entries.some(
    ({ key, value }) => value?.kind === 'sequence' && splitWords(key).every(isLossWord),
  );
}

/**
 * `loss_weights` and `lambdas` say it alone, `weights` needs a loss above it, and of a `weight_dict`
 * the entry must name the loss, because a matcher has one too.
 */
function isWeightMap(
  words: readonly string[],
  isInLoss: boolean,
  entry: readonly string[],
): boolean {
  if (words.length === 2 && words[0] === 'weight' && words[1] === 'dict') {
    return entry.some(isLossWord) || namesKnownLoss(entry);
  }
  const last = words.at(-1) ?? '';
  if (words.length === 1) return last === 'lambdas' || (weightWords.has(last) && isInLoss);
  if (words[0] === 'weights' || words[0] === 'weight') return words.slice(1).every(isLossWord);
  return mapWords.has(last) && words.slice(0, -1).some(isLossWord);
}
