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
  {
    // mmcv: the machine first, and validation apart from training.
    fileName: '20210812_190636.log.json',
    bytes: lines(
      '{"env_info": "sys.platform: linux\\nPython: 3.8", "seed": 7, "exp_name": "faster_rcnn.py"}\n',
      '{"mode": "train", "epoch": 1, "iter": 50, "lr": [0.002, 0.001], "loss": 1.5}\n',
      '{"mode": "val", "epoch": 1, "iter": 4952, "lr": 0.02, "bbox_mAP": 0.375}\n',
    ),
    points: [
      ['epoch', 50, 1],
      ['loss', 50, 1.5],
      ['val/epoch', 1, 1],
      ['val/iter', 1, 4952],
      ['val/lr', 1, 0.02],
      ['val/bbox_mAP', 1, 0.375],
    ],
  },
  {
    // mmengine: every line has its step; that of a validation is the epoch.
    fileName: 'scalars.json',
    bytes: lines(
      '{"lr": 0.02, "loss": 1.5, "epoch": 1, "iter": 50, "step": 50}\n',
      '{"coco/bbox_mAP": 0.375, "step": 1}\n',
    ),
    points: [
      ['lr', 50, 0.02],
      ['loss', 50, 1.5],
      ['epoch', 50, 1],
      ['iter', 50, 50],
      ['coco/bbox_mAP', 1, 0.375],
    ],
  },
  {
    // StyleGAN and EDM: means, over thousands of images.
    fileName: 'stats.jsonl',
    bytes: lines(
      '{"Loss/G/loss": {"num": 32, "mean": 3.5, "std": 0.75}, "Progress/kimg": {"num": 1, "mean": 0.032, "std": 0.0}, "timestamp": 1714470115.5}\n',
      '{"Loss/G/loss": {"num": 0, "mean": NaN, "std": NaN}, "Progress/kimg": {"num": 1, "mean": 4.032, "std": 0.0}, "timestamp": 1714470215.5}\n',
      '{"Loss/G/loss": {"num": 32, "mean": 3.25',
    ),
    points: [
      ['Loss/G/loss', 0.032, 3.5],
      ['Progress/kimg', 0.032, 0.032],
      ['Loss/G/loss', 4.032, Number.NaN],
      ['Progress/kimg', 4.032, 4.032],
    ],
  },
  {
    // StyleGAN's figures of a snapshot, which can be of any size and sign.
    fileName: 'metric-fid50k_full.jsonl',
    bytes: lines(
      '{"results": {"fid50k_full": 1.1769565753850026e+57}, "metric": "fid50k_full", "total_time": 541.5, "total_time_str": "9m 02s", "num_gpus": 1, "snapshot_pkl": "network-snapshot-000040.pkl", "timestamp": 1714470115.5}\n',
      '{"results": {"fid50k_full": -1.5}, "metric": "fid50k_full", "total_time": 506.25, "total_time_str": "8m 26s", "num_gpus": 1, "snapshot_pkl": null, "timestamp": 1714472158.25}\n',
    ),
    points: [
      ['fid50k_full', 40, 1.1769565753850026e57],
      ['fid50k_full', Number.NaN, -1.5],
    ],
  },
];
