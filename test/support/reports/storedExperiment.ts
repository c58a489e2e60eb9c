import type { AblationRecord } from '../../../server/src/model/ablation.ts';

export interface StoredExperiment {
  readonly id: string;
  readonly title: string;
  readonly seeds: readonly number[];
  /** What each variant logs as `val/psnr` at the last step, by its id; the baseline is `baseline`. */
  readonly variants: Readonly<Record<string, (seed: number) => number>>;
}

/** A finished experiment on `train.yaml` with the logs of its runs, as a window leaves it: paths and texts. */
export function storedExperiment(experiment: StoredExperiment): Record<string, string> {
  const { id, title, seeds, variants } = experiment;
  const names = Object.keys(variants);
  const arms = names.flatMap((variant) =>
    seeds.map((seed) => ({ runId: `${id}-${variant}-s${seed}`, variant, seed })),
  );
  const record: AblationRecord = {
    schema: 1,
    id,
    config: 'train.yaml',
    title,
    request: { kind: 'without', term: 'kl' },
    variants: names.map((name) => ({
      id: name,
      label: name,
      changes: name === 'baseline' ? [] : [{ term: 'kl', from: 1, to: 0 }],
    })),
    runs: arms.map((arm) => ({ ...arm, state: 'finished' })),
    createdAt: 1,
    state: 'finished',
  };
  const diff = '--- train.yaml\n+++ train.yaml\n@@ -1 +1 @@\n-kl_weight: 1\n+kl_weight: 0\n';
  const diffs = names.map((name) => [name, name === 'baseline' ? '' : diff]);
  const files: Record<string, string> = {
    [`.counterweight/ablations/${id}/ablation.json`]: JSON.stringify(record),
    [`.counterweight/ablations/${id}/diffs.json`]: JSON.stringify(Object.fromEntries(diffs)),
  };
  for (const { runId, variant, seed } of arms) {
    const last = variants[variant]?.(seed) ?? Number.NaN;
    const lines = [last - 2, last - 1, last].map((value, step) =>
      JSON.stringify({ step, 'val/psnr': value }),
    );
    files[`.counterweight/runs/${runId}/metrics.jsonl`] = `${lines.join('\n')}\n`;
  }
  return files;
}
