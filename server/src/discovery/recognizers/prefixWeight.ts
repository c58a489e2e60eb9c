import { recognizeKeys } from '../keyIdiom.ts';
import type { Recognizer } from '../recognizer.ts';

/** `w_kl`, `lambda_feat`, `loss_weight_kl`. */
export const prefixWeight: Recognizer = {
  name: 'prefix-weight',
  description: 'A key that begins with `w_`, `lambda_` or `loss_weight_`.',
  examples: [
    {
      language: 'yaml',
      text: `w_kl: 0.1
#     ^^^
criterion:
  lambda_feat: 10
  #            ^^
  lambda_L1: 100.0
  #          ^^^^^
loss_weight_dice: 2
#                 ^
w_dim: 512
w_hpf: 1
w_init: 0.02
lambda_lr: 0.5
lambda: 3
`,
      finds: [
        { name: 'kl', weight: 0.1 },
        { name: 'feat', weight: 10 },
        { name: 'l1', weight: 100 },
        { name: 'dice', weight: 2 },
      ],
    },
    {
      language: 'json',
      text: '{"w_decay": 0.1, "w": 3, "lambda_max": 4, "lambda_schedule": 7}\n',
      finds: [],
    },
  ],
  recognize(document) {
    const recognizer = 'prefix-weight';
    return [
      ...recognizeKeys(document, {
        recognizer,
        nameWords: (words) =>
          withoutPrefix(words, ['lambda']) ?? withoutPrefix(words, ['loss', 'weight']),
        confidence: { known: 0.9, unknown: 0.6 },
      }),
      // `w_out` may be a width: with an unknown word behind it, `w_` is too weak a sign.
      ...recognizeKeys(document, {
        recognizer,
        nameWords: (words) => withoutPrefix(words, ['w']),
        confidence: { known: 0.9, unknown: 0.4 },
      }),
    ];
  },
};

function withoutPrefix(
  words: readonly string[],
  prefix: readonly string[],
): readonly string[] | undefined {
  const hasPrefix = prefix.every((word, index) => words[index] === word);
  return hasPrefix ? words.slice(prefix.length) : undefined;
}
