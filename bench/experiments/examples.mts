import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { markdownTable } from '../../scripts/markdownTable.mts';
import { mean, standardDeviation } from '../../server/src/numerics/moments.ts';
import { figure } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import type { Config, TrainedArm } from './trainArm.mts';
import { armsOf, lastOf, trainGrid } from './trainGrid.mts';

/** What tells how well a model of each task has become. */
const quality: Readonly<Record<string, readonly string[]>> = {
  'face-template': ['face/cosine', 'face/verification_rate', 'psnr'],
  'flow-edit': ['psnr@8', 'psnr', 'flow/cos', 'flow/nmse'],
  'multimodal-emotion': ['f1/macro', 'acc/val'],
  'semantic-vae-flow': [
    'flow/cos',
    'flow/nmse',
    'mu/active_units',
    'ent/teacher',
    'rec/shuffled_ratio',
  ],
};

/** What the configs in `examples` come to. */
export const examples: Experiment = {
  name: 'examples',
  title: 'What each example reaches, and how long it takes',
  claim: 'Each example config trains to a stated quality within three minutes on two cores.',
  setup:
    'Each `examples/<task>/train.yaml` as it stands, but for the seed. Figures of held-out data at the last step; *seconds* are those of the slowest run, looks at held-out data included.',
  async run(context) {
    const tables: string[] = [];
    for (const [task, metrics] of Object.entries(quality)) {
      const text = readFileSync(join('examples', task, 'train.yaml'), 'utf8');
      const config = parse(text) as Config;
      const times: number[] = [];
      const plan = { label: task, config: (seed: number): Config => ({ ...config, seed }) };
      const trained: (readonly TrainedArm[])[] = [];
      for (const seed of context.seeds) {
        const started = performance.now();
        trained.push(...(await trainGrid({ ...context, seeds: [seed] }, [plan])));
        times.push((performance.now() - started) / 1000);
      }
      const rows = metrics.map((metric) => {
        const values = armsOf([plan], trained, lastOf(metric))[0]?.values ?? [];
        return [metric, figure(mean(values)), figure(standardDeviation(values))];
      });
      tables.push(
        `## ${task}: ${Math.max(...times).toFixed(0)} seconds`,
        markdownTable(['metric', 'mean over seeds', 'sd'], rows),
      );
    }
    return tables.join('\n\n');
  },
};
