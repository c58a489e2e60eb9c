import { recognizeKeys } from '../keyIdiom.ts';
import { namesKnownLoss } from '../lossVocabulary.ts';
import type { Recognizer } from '../recognizer.ts';

/** `velocity_loss_weight: 1.0`, `kl_weight: 1.0e-06`, `DFL_WEIGHT: 0.5`. */
export const suffixWeight: Recognizer = {
  name: 'suffix-weight',
  description: 'A key that ends in `_weight` or `_loss_weight`.',
  examples: [
    {
      language: 'yaml',
      text: `model:
  flow_matching:
    velocity_loss_weight: 1.0
    #                     ^^^
    render_loss_weight: 0.02  # L2 and perceptual
    #                   ^^^^
    time_sampling: uniform
`,
      finds: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0.02 },
      ],
    },
    {
      language: 'yaml',
      text: `FCOS:
  KLLOSS_WEIGHT: 0.05
  #              ^^^^
  adaLossW: 3
weights: {recon: best.pt}
weight_decay: 0.01
class_weight: 2.0
sampler_weight: 0.5
use_kl_weight: 1
`,
      finds: [
        { name: 'kl', weight: 0.05 },
        { name: 'ada', weight: 3 },
      ],
    },
    {
      language: 'yaml',
      text: `gan_w: 1
#      ^
recon_x_w: 10
fm_w: 1.0
img_w: 512
MODEL:
  MASK_FORMER:
    CLASS_WEIGHT: 2.0
    #             ^^^
    MASK_WEIGHT: 5.0
    DICE_WEIGHT: 5.0
    NO_OBJECT_WEIGHT: 0.1
bbox_reg_weights: [10.0, 10.0, 5.0, 5.0]
grid:
  max_w: 3
`,
      finds: [
        { name: 'gan', weight: 1 },
        { name: 'recon_x', weight: 10 },
        { name: 'fm', weight: 1 },
        { name: 'class', weight: 2 },
        { name: 'mask', weight: 5 },
        { name: 'dice', weight: 5 },
      ],
    },
    {
      language: 'json',
      text: `{
  "reconLossWeight": 10,
  //                 ^^
  "kl_weight": 1e-6,
  //           ^^^^
  "init_weight": 0.02,
  "kl_weight_path": "kl.pt",
}
`,
      finds: [
        { name: 'recon', weight: 10 },
        { name: 'kl', weight: 1e-6 },
      ],
    },
  ],
  recognize(document, places) {
    return [
      ...recognizeKeys(document, places, {
        recognizer,
        nameWords: (words) => (words.at(-1) === 'weight' ? words.slice(0, -1) : undefined),
        confidence: { known: 0.95, unknown: 0.7 },
      }),
      // `img_w` may be a width: only the name of a loss, or others around it that have one, say more.
      ...recognizeKeys(document, places, {
        recognizer,
        nameWords: wordsBeforeShort,
        confidence: { known: 0.85, unknown: 0.3 },
      }),
      ...recognizeKeys(document, places, {
        recognizer,
        nameWords: wordsBeforeWeight,
        confidence: { known: 0.7, unknown: 0.3 },
      }),
    ];
  },
};

const recognizer = 'suffix-weight';
const shortWords = new Set(['w', 'wt', 'weighting']);
/** What has a width. */
const wideThings = new Set(['img', 'image', 'grid', 'crop', 'canvas', 'input', 'output', 'patch']);

function wordsBeforeShort(words: readonly string[]): readonly string[] | undefined {
  const isShort = shortWords.has(words.at(-1) ?? '') && !words.some((word) => wideThings.has(word));
  return isShort ? words.slice(0, -1) : undefined;
}

/** `tv_weight_density`: the loss, and where it is applied. */
function wordsBeforeWeight(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf('weight');
  if (at < 1 || at === words.length - 1) return undefined;
  const before = words.slice(0, at);
  return namesKnownLoss(before) ? [...before, ...words.slice(at + 1)] : undefined;
}
