import { recognizeKeys } from '../keyIdiom.ts';
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
      finds: [{ name: 'kl', weight: 0.05 }],
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
  recognize(document) {
    return recognizeKeys(document, {
      recognizer: 'suffix-weight',
      nameWords: (words) => (words.at(-1) === 'weight' ? words.slice(0, -1) : undefined),
      confidence: { known: 0.95, unknown: 0.7 },
    });
  },
};
