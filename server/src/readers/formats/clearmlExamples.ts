import type { LogExample } from '../logFormat.ts';

export const clearmlExamples: readonly LogExample[] = [
  {
    // Console messages and plots stand between the scalars.
    fileName: 'metrics.jsonl',
    bytes: () =>
      new TextEncoder().encode(
        '[{"type": "training_stats_scalar", "task": "offline-1", "timestamp": 1790000000500, "metric": "loss", "variant": "train", "iter": 0, "value": 0.5}, {"type": "training_stats_scalar", "task": "offline-1", "timestamp": 1790000000500, "metric": "loss", "variant": "validation", "iter": 0, "value": 0.75}]\n' +
          '[{"type": "log", "task": "offline-1", "timestamp": 1790000000600, "level": "INFO", "worker": "host", "msg": "epoch 1"}]\n' +
          '[{"type": "plot", "task": "offline-1", "timestamp": 1790000000700, "metric": "roc", "variant": "a", "iter": 1, "plot_str": "{}"}, {"type": "training_stats_scalar", "task": "offline-1", "timestamp": 1790000001500, "metric": "loss", "variant": "train", "iter": 1, "value": -Infinity}]\n' +
          '[{"type": "training_stats_\n',
      ),
    points: [
      ['loss/train', 0, 0.5],
      ['loss/validation', 0, 0.75],
      ['loss/train', 1, Number.NEGATIVE_INFINITY],
    ],
    skipped: 1,
  },
];
