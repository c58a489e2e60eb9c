import { comparisonTable } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import { semanticConfig } from './semanticArms.mts';
import type { TrainedArm } from './trainArm.mts';
import { type ArmPlan, trainGrid } from './trainGrid.mts';

const steps = 200;
const evaluateEvery = 20;
const metrics = ['flow/cos', 'flow/nmse', 'flow/endpt_rmse@32'];

/** Seed 004's quick ablation. */
export const e6OneLoss: Experiment = {
  name: 'e6',
  title: 'E6: do 200 steps of the flow loss alone show that it works?',
  claim:
    '"Only flow (w_dino = w_kl = 0) for 200 steps: cos rises, NMSE and the endpoint error fall clearly" (seed 004).',
  setup: `The task \`semantic-vae-flow\` with \`w_flow: 1\` and all other weights 0 for ${steps} steps: held-out figures at step ${steps} against those at step ${evaluateEvery} of the same run, paired by seed.`,
  async run(context) {
    const plan: ArmPlan = {
      label: 'only flow',
      config: (seed) =>
        semanticConfig(seed, steps, {
          ...{ w_flow: 1, w_dino: 0, w_kl: 0, w_rec: 0, evaluate_every: evaluateEvery },
        }),
    };
    const trained = (await trainGrid(context, [plan])).flat();
    return metrics
      .flatMap((metric) => [
        `## ${metric}`,
        comparisonTable(
          [evaluateEvery, steps].map((step) => ({
            label: `step ${step}`,
            values: trained.map((arm) => valueAt(arm, metric, step)),
          })),
          metric,
        ),
      ])
      .join('\n\n');
  },
};

function valueAt({ history }: TrainedArm, metric: string, at: number): number {
  return history[metric]?.find(({ step }) => step === at)?.value ?? Number.NaN;
}
