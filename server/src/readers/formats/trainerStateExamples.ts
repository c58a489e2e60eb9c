import type { SnapshotExample } from '../snapshotFormat.ts';

function text(...lines: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(lines.join('\n'));
}

export const trainerStateExamples: readonly SnapshotExample[] = [
  {
    // As the Trainer writes it; the last entry repeats the step of the one before.
    path: '/w/out/checkpoint-20/trainer_state.json',
    bytes: text(
      '{',
      '  "best_metric": null,',
      '  "best_model_checkpoint": "out/\\"checkpoint\\"-10]}",',
      '  "epoch": 1.0,',
      '  "global_step": 20,',
      '  "is_hyper_param_search": false,',
      '  "log_history": [',
      '    {',
      '      "epoch": 0.5,',
      '      "grad_norm": NaN,',
      '      "loss": 2.5,',
      '      "note": "a \\"}\\" in a text",',
      '      "step": 10',
      '    },',
      '    {',
      '      "epoch": 1.0,',
      '      "eval": {"acc": 0.5, "by_class": [0.25, 0.75]},',
      '      "done": true,',
      '      "loss": -Infinity,',
      '      "step": 20',
      '    },',
      '    {',
      '      "train_runtime": 12.5,',
      '      "step": 20',
      '    }',
      '  ],',
      '  "stateful_callbacks": {"TrainerControl": {"args": {"log_history": [{"loss": 1}]}}},',
      '  "trial_params": null',
      '}',
      '',
    ),
    points: [
      ['epoch', 10, 0.5],
      ['grad_norm', 10, Number.NaN],
      ['loss', 10, 2.5],
      ['epoch', 20, 1],
      ['eval.acc', 20, 0.5],
      ['loss', 20, Number.NEGATIVE_INFINITY],
      ['train_runtime', 20, 12.5],
    ],
    isWhole: true,
  },
  {
    // In one line, with entries that know no step and an entry that is none.
    path: '/w/out/state.json',
    bytes: text(
      '{"global_step":2,"log_history":[{"loss":4,"epoch":1},"a text",{"loss":3,"epoch":2,"step":2}]}',
    ),
    points: [
      ['loss', Number.NaN, 4],
      ['epoch', Number.NaN, 1],
      ['loss', 2, 3],
      ['epoch', 2, 2],
    ],
    isWhole: true,
  },
  {
    // Before the first report.
    path: '/w/out/trainer_state.json',
    bytes: text('{"epoch": 0, "global_step": 0, "log_history": []}'),
    points: [],
    isWhole: true,
  },
  {
    // Half-written.
    path: '/w/out/trainer_state.json',
    bytes: text('{"global_step": 2, "log_history": [{"loss": 4, "step": 1}, {"loss"'),
    points: [],
    isWhole: false,
  },
];
