import type { ConfigNode } from '../../syntax/configTree.ts';
import { splitWords, toTermName } from '../keyWords.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';
import { namesIn, type WeightPlace } from '../weightPlaces.ts';

const plainKeys = new Set(['weight', 'coef', 'coeff', 'coefficient', 'lambda', 'w', 'factor']);
/** What is found in these under a loss is a weight for every class as often as one for every scale. */
const noListKeys = new Set(['weight', 'w', 'factor']);
const fullKeys = new Set(['loss weight', 'loss coef', 'loss coeff', 'loss lambda', 'loss w']);
/** Keys that only hold the arguments of what the keys around them name. */
const wrappers =
  /^(?:\d+|__\w+__|init_args|params?|kwargs|args|cfg|config|options|opts?|losses|model|module|system)$/i;

/** `loss: {recon: {weight: 1.0}}`, `losses: [{name: kl, weight: 0.1}]`, `gan_criterion: {loss_weight: 1}`. */
export const nestedWeight: Recognizer = {
  name: 'nested-weight',
  description:
    'A `loss_weight`, or a `weight` below a loss, in the mapping that describes the loss.',
  examples: [
    {
      language: 'yaml',
      text: `loss:
  recon:
    weight: 1.0
    #       ^^^
  kl: {type: gaussian, weight: 0.1}
  #                            ^^^
pixel_criterion:
  name: L1Loss
  loss_weight: 0.01
  #            ^^^^
losses:
  - name: dice_loss
    weight: 2
    #       ^
datasets:
  - weight: 0.3
conv:
  weight: 5
`,
      finds: [
        { name: 'recon', weight: 1 },
        { name: 'kl', weight: 0.1 },
        { name: 'pixel', weight: 0.01 },
        { name: 'dice', weight: 2 },
      ],
    },
    {
      language: 'yaml',
      text: `Loss:
  Train:
    - CELoss:
        weight: 1.0
        #       ^^^
model:
  class_path: nets.Segmenter
  init_args:
    loss_weight: 0.5
    #            ^^^
head:
  loss_bbox: {type: GIoULoss, loss_weight: 2.0}
  #                                        ^^^
loss:
  types: [CrossEntropyLoss]
  coef: [1, 0.4]
  ce: {weight: [0.1, 0.9], ignore_index: 255}
`,
      finds: [
        { name: 'ce', weight: 1 },
        { name: 'segmenter', weight: 0.5 },
        { name: 'bbox', weight: 2 },
        { name: 'loss', weight: undefined },
      ],
    },
    {
      language: 'json',
      text: '{"model": {"weight": "last.pt"}, "losses": [{"weight": 1}], "data": {"loss": {"weight": 2}}}\n',
      finds: [{ name: 'loss', weight: 1 }],
    },
  ],
  recognize(document, places) {
    return places.flatMap((place) => {
      if (place.words.length > 2) return [];
      const key = place.words.join(' ');
      const saysLoss = fullKeys.has(key);
      const isPlain = plainKeys.has(key) && place.isInLoss;
      if (!(saysLoss || isPlain) || place.isElsewhere) return [];
      const recognition = {
        name: nameOf(document.root, place),
        recognizer: 'nested-weight',
        confidence: saysLoss ? 0.9 : 0.8,
        keyIsSure: saysLoss,
        allowsList: !noListKeys.has(key),
      };
      return toLossTerm(place, recognition, document.text);
    });
  },
};

/**
 * From the key of the mapping (`pixel_criterion`), else from a name written beside the weight or in
 * the mapping whose arguments these are; `loss` where nothing says more.
 */
function nameOf(root: ConfigNode | undefined, { path, above }: WeightPlace): string {
  if (above.length === 0) return 'loss';
  const at = path.slice(0, -1).findLastIndex((key) => !wrappers.test(key));
  const named = toTermName(above[at]?.words ?? []);
  if (named !== '') return named;
  const nodes = [
    at < 0 ? root : undefined,
    ...above.slice(Math.max(0, at)).map(({ node }) => node),
  ];
  for (const candidate of nodes.reverse().flatMap(namesAt)) {
    const name = toTermName(splitWords(candidate));
    if (name !== '') return name;
  }
  return 'loss';
}

function namesAt(node: ConfigNode | undefined): readonly string[] {
  if (node?.kind !== 'mapping') return [];
  const callee = node.callee === 'dict' ? undefined : node.callee;
  const texts = namesIn(node).map((name) => name.split('.').at(-1) ?? '');
  return callee === undefined ? texts : [callee, ...texts];
}
