import { type ConfigNode, findNode, walkScalars } from '../../syntax/configTree.ts';
import { isLossWord, splitWords, toTermName } from '../keyWords.ts';
import { standsElsewhere } from '../notAWeight.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';

const plainKeys = new Set(['weight', 'coef', 'coeff', 'lambda', 'w']);
/** Keys beside the weight that name the loss, the best first. */
const namingKeys = ['name', 'type', 'loss', '_target_'] as const;

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
      language: 'json',
      text: '{"model": {"weight": "last.pt"}, "losses": [{"weight": 1}], "data": {"loss": {"weight": 2}}}\n',
      finds: [],
    },
  ],
  recognize(document) {
    return [...walkScalars(document.root)].flatMap((place) => {
      const words = splitWords(place.path.at(-1) ?? '');
      const parents = place.path.slice(0, -1);
      const saysLoss = words.join(' ') === 'loss weight';
      const isPlain = plainKeys.has(words.join(' ')) && parents.some(namesLoss);
      if (!(saysLoss || isPlain) || standsElsewhere(parents)) return [];
      return toLossTerm(place, {
        name: nameOf(document.root, parents),
        recognizer: 'nested-weight',
        confidence: saysLoss ? 0.9 : 0.8,
        keyIsSure: true,
      });
    });
  },
};

function namesLoss(key: string): boolean {
  return splitWords(key).some(isLossWord);
}

/** From the key of the mapping (`pixel_criterion`), else from a name written beside the weight. */
function nameOf(root: ConfigNode | undefined, parents: readonly string[]): string {
  // In a program the default of `__init__` speaks of its class.
  const key = parents.findLast((parent) => !/^__\w+__$/.test(parent)) ?? '';
  const mapping = findNode(root, parents);
  const callee = mapping?.kind === 'mapping' ? mapping.callee : undefined;
  const candidates = [
    /^\d+$/.test(key) ? '' : key,
    callee === 'dict' ? '' : (callee ?? ''),
    ...namingKeys.map((naming) => textBeside(mapping, naming)),
  ];
  const names = candidates.map((candidate) => toTermName(splitWords(candidate)));
  return names.find((name) => name !== '') ?? '';
}

/** The last word of a dotted name: `L1Loss` of `torch.nn.L1Loss`. */
function textBeside(mapping: ConfigNode | undefined, key: string): string {
  const beside = findNode(mapping, [key]);
  const isText = beside?.kind === 'scalar' && typeof beside.value === 'string';
  return isText ? (String(beside.value).split('.').at(-1) ?? '') : '';
}
