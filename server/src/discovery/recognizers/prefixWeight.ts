import { recognizeKeys } from '../keyIdiom.ts';
import type { Recognizer } from '../recognizer.ts';

/** `w_kl`, `lambda_feat`, `loss_weight_kl`. */
export const prefixWeight: Recognizer = {
  name: 'prefix-weight',
  description:
    'A key that begins with `lambda_`, `w_`, `weight_`, `loss_weight_`, `coef_`, or the like.',
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
track_lambda_smooth: 4
#                    ^
track_lambda_turns: 4
#                   ^
w_dim: 512
w_init: 0.02
lambda_lr: 0.5
lambda: 3
alpha_mlm: 2.0
alpha_clip: 0.2
train:
  c_mel: 45
  #      ^^
  c_dur: 1.0
c_in: 3
`,
      finds: [
        { name: 'kl', weight: 0.1 },
        { name: 'feat', weight: 10 },
        { name: 'l1', weight: 100 },
        { name: 'dice', weight: 2 },
        { name: 'track_smooth', weight: 4 },
        { name: 'track_turns', weight: 4 },
        { name: 'mlm', weight: 2 },
        { name: 'mel', weight: 45 },
        { name: 'dur', weight: 1 },
      ],
    },
    {
      language: 'yaml',
      text: `loss:
  lambda_sds: 1.
  lambda_orient: [0, 10., 1000., 5000]
  #              ^^^^^^^^^^^^^^^^^^^^^
  lambda_l1: 2.
  lambda_norm: 3.
  #            ^^
  lambda_steps: 4.
losses:
  l1:
    weight_missing: 0
    weight_known: 10
    #             ^^
scheduler:
  lambda_min: 0.1
w_range: [0, 1]
`,
      finds: [
        { name: 'sds', weight: 1 },
        { name: 'orient', weight: undefined },
        { name: 'l1', weight: 2 },
        { name: 'norm', weight: 3 },
        { name: 'missing', weight: 0 },
        { name: 'known', weight: 10 },
      ],
    },
    {
      language: 'toml',
      text: `[train]
lambda_dssim = 0.2
#              ^^^
lambda_lr = 3
`,
      finds: [{ name: 'dssim', weight: 0.2 }],
    },
    {
      language: 'json',
      text: '{"w_decay": 0.1, "w_hpf": 1, "w": 3, "lambda_max": 4, "lambda_schedule": 7}\n',
      finds: [],
    },
  ],
  recognize(document, places) {
    const within = places.filter(({ words }) => words.includes('lambda'));
    // One look at all places: most begin with none of the prefixes.
    const candidates = places.filter(({ words }) => firstWords.has(words[0] ?? ''));
    const found = prefixes.flatMap(({ words: prefix, confidence }) =>
      recognizeKeys(document, candidates, {
        recognizer,
        nameWords: (words) => withoutPrefix(words, prefix),
        confidence,
      }),
    );
    const ofPart = { recognizer, nameWords: wordsAroundLambda, confidence: partConfidence };
    return [...found, ...recognizeKeys(document, within, ofPart)];
  },
};

const recognizer = 'prefix-weight';
/** A `lambda` in the middle says little by itself. */
const partConfidence = { known: 0.7, unknown: 0.3 };

/** `track_lambda_heading`: a part of a loss. */
function wordsAroundLambda(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf('lambda');
  if (at < 1 || at === words.length - 1) return undefined;
  return words.filter((word) => word !== 'lambda');
}

/** `w_out` may be a width: with an unknown word behind it, a short prefix is too weak a sign. */
const prefixes = [
  { words: ['lambda'], confidence: { known: 0.9, unknown: 0.6 } },
  { words: ['lambd'], confidence: { known: 0.9, unknown: 0.6 } },
  { words: ['lam'], confidence: { known: 0.9, unknown: 0.4 } },
  { words: ['loss', 'weight'], confidence: { known: 0.9, unknown: 0.6 } },
  { words: ['coef'], confidence: { known: 0.9, unknown: 0.6 } },
  { words: ['coeff'], confidence: { known: 0.9, unknown: 0.6 } },
  { words: ['weight'], confidence: { known: 0.85, unknown: 0.4 } },
  { words: ['w'], confidence: { known: 0.9, unknown: 0.4 } },
  { words: ['c'], confidence: { known: 0.7, unknown: 0.3 } },
  { words: ['alpha'], confidence: { known: 0.7, unknown: 0.2 } },
  { words: ['beta'], confidence: { known: 0.7, unknown: 0.2 } },
] as const;
const firstWords = new Set<string>(prefixes.map(({ words }) => words[0]));

function withoutPrefix(
  words: readonly string[],
  prefix: readonly string[],
): readonly string[] | undefined {
  const hasPrefix = prefix.every((word, index) => words[index] === word);
  return hasPrefix ? words.slice(prefix.length) : undefined;
}
