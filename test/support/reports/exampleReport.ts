import type { AblationReport, ReportRow } from '../../../server/src/model/ablation.ts';

type Cell = ReportRow['cells'][number];

export const baseline: Cell = {
  variant: 'baseline',
  mean: 0.4,
  values: [0.41, 0.39],
  judgement: 'baseline',
};
export const changed: Cell = {
  variant: 'without-kl',
  mean: 0.52,
  values: [0.51, 0.53],
  difference: 0.12,
  interval: [0.05, 0.19],
  adjusted: 0.02,
  judgement: 'worse',
};
const row: ReportRow = {
  metric: 'loss/rec',
  better: 'lower',
  reason: 'it is the loss of the term rec',
  cells: [baseline, changed],
};

export function curveOf(
  metric: string,
  variant: string,
  seed: number,
): AblationReport['curves'][number] {
  return { metric, variant, seed, steps: [0, 1], values: [1, seed] };
}

export const report: AblationReport = {
  id: 'x',
  title: 'Ablation: without kl',
  config: 'train.yaml',
  state: 'running',
  verdict: ['KL is working: loss/rec rises 0.4 → 0.52 (2 of 2 seeds).'],
  variants: [
    { id: 'baseline', label: 'baseline', changes: [], diff: '' },
    {
      id: 'without-kl',
      label: 'without kl',
      changes: [{ term: 'kl', from: 1, to: 0 }],
      diff: '-kl_weight: 1\n+kl_weight: 0\n',
    },
  ],
  seeds: [0, 1],
  chosenBy: 'rules',
  available: ['loss/kl', 'loss/rec'],
  rows: [row],
  curves: [
    curveOf('loss/kl', 'baseline', 0),
    curveOf('loss/rec', 'baseline', 0),
    curveOf('loss/rec', 'without-kl', 0),
  ],
  runs: [
    { runId: 'r0', variant: 'baseline', seed: 0, state: 'finished' },
    {
      runId: 'r1',
      variant: 'without-kl',
      seed: 0,
      state: 'failed',
      reason: 'exit code 1 | no\ndata',
    },
    { runId: 'r2', variant: 'without-kl', seed: 1, state: 'queued' },
  ],
};

/** The same with more variants than stand side by side. */
export const many: AblationReport = {
  ...report,
  question: 'Which of them?',
  variants: [
    ...report.variants,
    ...['a', 'b', 'c', 'd'].map((label) => ({ id: label, label, changes: [], diff: '' })),
  ],
};
