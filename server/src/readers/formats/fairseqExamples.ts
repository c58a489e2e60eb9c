import type { LogExample } from '../logFormat.ts';

function lines(...texts: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(texts.map((text) => `${text}\n`).join(''));
}

export const fairseqExamples: readonly LogExample[] = [
  {
    // With Hydra: figures are texts, and the settings before them hold braces and numbers too.
    fileName: 'hydra_train.log',
    bytes: lines(
      "[2021-06-16 00:09:41,500][fairseq_cli.train][INFO] - {'_name': None, 'lr': [0.0005], 'num_updates': 5}",
      '[2021-06-16 00:09:45,100][fairseq_cli.train][INFO] - Model(',
      '  (proj): Linear(in_features=768, out_features=256, bias=True)',
      ')',
      '[2021-06-16 00:10:01,000][train_inner][INFO] - {"epoch": 1, "update": 0.25, "loss": "9.276", "ppl": "inf", "num_updates": "200", "lr": "3.125e-06", "loss_scale": null}',
      '[2021-06-16 00:20:01,000][train][INFO] - {"epoch": 1, "train_loss": "8.5", "train_num_updates": "800", "train_wall": "1200"}',
      '[2021-06-16 00:21:01,000][valid][INFO] - {"epoch": 1, "valid_loss": "nan", "valid_num_updates": "800"}',
    ),
    points: [
      ['epoch', 200, 1],
      ['update', 200, 0.25],
      ['loss', 200, 9.276],
      ['ppl', 200, Number.POSITIVE_INFINITY],
      ['lr', 200, 3.125e-6],
      ['train/epoch', 800, 1],
      ['train_loss', 800, 8.5],
      ['train_wall', 800, 1200],
      ['valid/epoch', 800, 1],
      ['valid_loss', 800, Number.NaN],
    ],
  },
  {
    // Without Hydra, in the format `simple`.
    fileName: 'train.log',
    bytes: lines(
      '2020-11-02 12:00:00 | INFO | fairseq_cli.train | task: translation (TranslationTask)',
      '2020-11-02 12:01:00 | INFO | train_inner | epoch 001:    100 / 500 loss=13.2, ppl=9410.5, num_updates=100, lr=1.2e-05, wall=20',
      "2020-11-02 12:05:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 11.5 | ppl 2896.3 | num_updates 500",
      '2020-11-02 12:05:01 | INFO | train | epoch 001 | loss 12.5 | num_updates 500 | lr 6e-05',
    ),
    points: [
      ['epoch', 100, 1],
      ['loss', 100, 13.2],
      ['ppl', 100, 9410.5],
      ['lr', 100, 1.2e-5],
      ['wall', 100, 20],
      ['valid/epoch', 500, 1],
      ['valid/loss', 500, 11.5],
      ['valid/ppl', 500, 2896.3],
      ['train/epoch', 500, 1],
      ['train/loss', 500, 12.5],
      ['train/lr', 500, 6e-5],
    ],
  },
];
