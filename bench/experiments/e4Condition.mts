import { markdownTable } from '../../scripts/markdownTable.mts';
import { mean } from '../../server/src/numerics/moments.ts';
import { figure } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import { semanticConfig } from './semanticArms.mts';
import { type ArmPlan, armsOf, lastOf, trainGrid } from './trainGrid.mts';

const steps = 1000;
const dependences = [1, 0.5, 0.2, 0];
/** Rule R16: a gain of the normalised error that is clear and large enough to matter. */
const clear = { t: 2, gain: 0.01 };

/** Seed 004's sign that a condition is used. */
export const e4Condition: Experiment = {
  name: 'e4',
  title: 'E4: does a positive gain over shuffled conditions show that the condition is used?',
  claim:
    '"flow/cond_gain_cos = cos(cond) − cos(shuffle) > 0, the larger the better, shows that the condition is really used" (seed 004).',
  setup: `The task \`semantic-vae-flow\` without DINO, ${steps} steps, with a class that says everything about the data but noise (\`condition.dependence: 1\`) down to nothing at all (0: it is wired, and useless). Conditions are exchanged among held-out samples of different classes. *Seed* counts the runs with a positive gain of the cosine, *ours* those with a gain of the normalised error above ${clear.gain} at t > ${clear.t} over batches.`,
  async run(context) {
    const plans = dependences.map(
      (dependence): ArmPlan => ({
        label: String(dependence),
        config: (seed) => semanticConfig(seed, steps, { w_dino: 0, condition: { dependence } }),
      }),
    );
    const trained = await trainGrid(context, plans);
    const [cosine, error, t] = [
      'flow/cond_gain_cos',
      'flow/cond_gain_nmse',
      'flow/cond_gain_t',
    ].map((metric) => armsOf(plans, trained, lastOf(metric)));
    return markdownTable(
      ['dependence', 'gain of cos', 'gain of NMSE', 't', 'seed says used', 'ours says used'],
      plans.map(({ label }, index) => {
        const gains = cosine?.[index]?.values ?? [];
        const errors = error?.[index]?.values ?? [];
        const values = t?.[index]?.values ?? [];
        const ours = errors.filter(
          (gain, at) => gain > clear.gain && (values[at] ?? 0) > clear.t,
        ).length;
        const count = (number: number): string => `${number} of ${gains.length}`;
        return [
          label,
          ...[gains, errors, values].map((each) => figure(mean(each))),
          count(gains.filter((gain) => gain > 0).length),
          count(ours),
        ];
      }),
    );
  },
};
