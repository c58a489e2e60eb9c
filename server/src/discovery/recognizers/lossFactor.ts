import { recognizeKeys } from '../keyIdiom.ts';
import { isLossWord } from '../keyWords.ts';
import type { Recognizer } from '../recognizer.ts';

/** `eikonal_loss_mult`, `mel_loss_alpha`, `value_loss_scale`. */
export const lossFactor: Recognizer = {
  name: 'loss-factor',
  description:
    'A key that names a loss and ends in a word for a factor: `_loss_mult`, `_loss_scale`, `_loss_alpha`.',
  examples: [
    {
      language: 'yaml',
      text: `interlevel_loss_mult: 1.0
#                     ^^^
value_loss_scale: 2.0
mel_loss_alpha: 45.0
#               ^^^^
LOSS:
  PUSH_LOSS_FACTOR: [0.001]
  #                 ^^^^^^^
loss_scale: 512
initial_loss_scale: 65536
FOCAL_LOSS_ALPHA: 0.25
lr_mult: 0.1
depth_scale: 1000
`,
      finds: [
        { name: 'interlevel', weight: 1 },
        { name: 'value', weight: 2 },
        { name: 'mel', weight: 45 },
        { name: 'push', weight: undefined },
      ],
    },
    {
      language: 'json',
      text: '{"fp16": {"loss_scale": 0, "min_loss_scale": 1}, "aux_loss_alpha": 0.001}\n',
      finds: [{ name: 'aux', weight: 0.001 }],
    },
  ],
  recognize(document, places) {
    return recognizeKeys(document, places, {
      recognizer: 'loss-factor',
      nameWords,
      confidence: { known: 0.85, unknown: 0.2 },
    });
  },
};

const factors = new Set([
  ...['mult', 'multiplier', 'scale', 'factor', 'alpha', 'gain', 'ratio', 'lambda', 'strength'],
]);
/** Loss scales of mixed precision, and the shape of the focal loss. */
const otherLosses = new Set([
  ...['amp', 'fp16', 'bf16', 'dynamic', 'static', 'initial', 'init', 'min', 'max', 'grad', 'fixed'],
  ...['focal', 'hysteresis', 'window', 'apex', 'default', 'scaler', 'consecutive', 'tversky'],
]);

function nameWords(words: readonly string[]): readonly string[] | undefined {
  if (!factors.has(words.at(-1) ?? '')) return undefined;
  const before = words.slice(0, words.at(-2) === 'scaling' ? -2 : -1);
  const names = before.filter((word) => !isLossWord(word));
  const isLoss = isLossWord(before.at(-1) ?? '') && names.length > 0;
  return isLoss && !names.some((word) => otherLosses.has(word)) ? before : undefined;
}
