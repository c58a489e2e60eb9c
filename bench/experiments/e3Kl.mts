import { markdownTable } from '../../scripts/markdownTable.mts';
import { mean } from '../../server/src/numerics/moments.ts';
import { comparisonTable, figure } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import { semanticConfig } from './semanticArms.mts';
import { type ArmPlan, armsOf, lastOf, trainGrid } from './trainGrid.mts';

const steps = 1500;
/** The bound of a VAE first: it is the baseline. */
const weights = [1, 0, 0.01, 0.1, 0.5, 4, 10, 30, 100];

const figures = [
  { name: 'mean abs. μ', metric: 'mu/abs_mean' },
  { name: 'mean σ', metric: 'std/mean' },
  { name: 'least σ', metric: 'std/min' },
  { name: 'Var z', metric: 'z_init/var' },
  { name: 'KL in nats', metric: 'loss/kl' },
  { name: 'active units', metric: 'mu/active_units' },
  { name: 'rec, nats', metric: 'loss/rec' },
  { name: 'rec(shuffled z)/rec', metric: 'rec/shuffled_ratio' },
];

/** Seed 004's signs of a working KL, and its cure for collapse. */
export const e3Kl: Experiment = {
  name: 'e3',
  title: 'E3: do a falling |μ|, σ → 1 and z ~ N(0, 1) show that KL works?',
  claim:
    '"mu/abs_mean falls, std/mean → 1, logvar/mean → 0, z_init/mean ~ 0 and z_init/var ~ 1: KL is at work. Where std falls to 0 (posterior collapse), lower w_kl" (seed 004).',
  setup: `The task \`semantic-vae-flow\` with \`w_rec: 1\` and without DINO and flow, ${steps} steps, by \`w_kl\`. Its data has 4 dimensions that matter, its latent 8. Decides: active units (dimensions with Var μ > 0.01) against those 4; a decoder that uses its latent must get worse when the latents are exchanged among samples.`,
  async run(context) {
    const plans = weights.map(
      (weight): ArmPlan => ({
        label: `w_kl ${weight}`,
        config: (seed) =>
          semanticConfig(seed, steps, { w_rec: 1, w_kl: weight, w_dino: 0, w_flow: 0 }),
      }),
    );
    const trained = await trainGrid(context, plans);
    const columns = figures.map(({ metric }) => armsOf(plans, trained, lastOf(metric)));
    const order = [...weights.keys()].sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0));
    return [
      markdownTable(
        ['w_kl', ...figures.map(({ name }) => name)],
        order.map((row) => [
          String(weights[row]),
          ...columns.map((arms) => figure(mean(arms[row]?.values ?? []))),
        ]),
      ),
      '## Active units against w_kl = 1',
      comparisonTable(armsOf(plans, trained, lastOf('mu/active_units')), 'active units'),
    ].join('\n\n');
  },
};
