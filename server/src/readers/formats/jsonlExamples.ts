import type { LogExample } from '../logFormat.ts';

function lines(...texts: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(texts.join(''));
}

export const jsonlExamples: readonly LogExample[] = [
  {
    fileName: 'metrics.jsonl',
    bytes: lines(
      '{"counterweight":1,"terms":["velocity","render"],"sharedGroup":"all"}\n',
      '{"step":0,"wall_time":1790000000.5,"loss/velocity":0.5,"cos/velocity~render":-0.25}\n',
      '{"step":1,"wall_time":1790000001,"loss/velocity":"NaN","cos/velocity~render":"-Infinity"}\n',
    ),
    points: [
      ['loss/velocity', 0, 0.5],
      ['cos/velocity~render', 0, -0.25],
      ['loss/velocity', 1, Number.NaN],
      ['cos/velocity~render', 1, Number.NEGATIVE_INFINITY],
    ],
  },
  {
    // DETR: the epoch is the step, lists are left out, Python writes NaN bare.
    fileName: 'log.txt',
    bytes: lines(
      '{"train_loss": 24.5, "train_loss_bbox": NaN, "note": "NaN, \\"Infinity\\"", "test_coco_eval_bbox": [0.1, 0.2], "epoch": 0}\r\n',
      'Traceback (most recent call last):\r\n',
      '\r\n',
      '{"train_loss": -Infinity, "train_loss_bbox": 1.25, "epoch": 1}\r\n',
    ),
    points: [
      ['train_loss', 0, 24.5],
      ['train_loss_bbox', 0, Number.NaN],
      ['train_loss', 1, Number.NEGATIVE_INFINITY],
      ['train_loss_bbox', 1, 1.25],
    ],
    skipped: 1,
  },
  {
    // With a byte order mark, nested values, media of wandb, and an epoch beside the step.
    fileName: 'history.jsonl',
    bytes: lines(
      '\uFEFF{"_step":3,"_timestamp":1790000000,"epoch":1,"train":{"loss":{"kl":2}},"done":false}\n',
      '{"_step":4,"_timestamp":1790000001,"image":{"_type":"image-file","width":32},"train":{"loss":{"kl":1}}}\n',
    ),
    points: [
      ['epoch', 3, 1],
      ['train.loss.kl', 3, 2],
      ['train.loss.kl', 4, 1],
    ],
  },
];
