import type { LogExample } from '../logFormat.ts';

function text(...lines: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(lines.join(''));
}

export const mlflowExamples: readonly LogExample[] = [
  {
    // Keras autolog writes step 0 twice; the last columns name a data set.
    fileName: 'val_loss',
    bytes: text(
      '1664364007310 3.2727866172790527 0\n',
      '1664364008310 nan 0\n',
      'torn\n',
      '1664364009310 -inf 1 train 7f3a\n',
      '1664364010310 1e-05 2',
    ),
    points: [
      ['val_loss', 0, 3.2727866172790527],
      ['val_loss', 0, Number.NaN],
      ['val_loss', 1, Number.NEGATIVE_INFINITY],
      ['val_loss', 2, 0.00001],
    ],
    skipped: 1,
  },
  {
    // The first writers: seconds, and no step.
    fileName: 'accuracy',
    bytes: text('1564364007 0.5\n', '1564364008 0.75\n'),
    points: [
      ['accuracy', 0, 0.5],
      ['accuracy', 0, 0.75],
    ],
  },
];
