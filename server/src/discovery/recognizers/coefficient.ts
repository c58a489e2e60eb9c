import { recognizeKeys } from '../keyIdiom.ts';
import type { Recognizer } from '../recognizer.ts';

const endings = new Set([
  ...['coef', 'coeff', 'coefficient', 'coefs', 'coeffs', 'lambda', 'lambd', 'lam'],
]);

/** `kl_coef`, `vf_coeff`, `cycle_lambda`. */
export const coefficient: Recognizer = {
  name: 'coefficient',
  description: 'A key that ends in `_coef`, `_coeff`, `_coefficient` or `_lambda`.',
  examples: [
    {
      language: 'yaml',
      text: `ent_coef: 0.01
#         ^^^^
vf_coef: 0.5
#        ^^^
cycle_lambda: 10
#             ^^
clip_coef: 0.2
gae_lambda: 0.95
ema_coef: 0.999
eos_coef: 0.1
init_kl_coef: 0.2
router_aux_loss_coef: 0.02
`,
      finds: [
        { name: 'ent', weight: 0.01 },
        { name: 'vf', weight: 0.5 },
        { name: 'cycle', weight: 10 },
        { name: 'init_kl', weight: 0.2 },
        { name: 'router_aux', weight: 0.02 },
      ],
    },
    {
      language: 'json',
      text: '{"matcher": {"bbox_coef": 5}, "lambda": 2, "diffusion_coef": "cosine"}\n',
      finds: [],
    },
  ],
  recognize(document, places) {
    return recognizeKeys(document, places, {
      recognizer: 'coefficient',
      nameWords: (words) => (endings.has(words.at(-1) ?? '') ? words.slice(0, -1) : undefined),
      confidence: { known: 0.9, unknown: 0.6 },
    });
  },
};
