import { markdownTable } from '../../scripts/markdownTable.mts';
import { createRandom } from '../../server/src/base/random.ts';
import { gaussianEndpoint, gaussianVelocity } from '../../server/src/numerics/flow/gaussianFlow.ts';
import { type RolloutScheme, rollout } from '../../server/src/numerics/flow/rollout.ts';
import { mean } from '../../server/src/numerics/moments.ts';
import { figure } from './comparisonTable.mts';
import type { Experiment, ExperimentContext } from './experiment.mts';
import { semanticConfig } from './semanticArms.mts';
import { type ArmPlan, armsOf, lastOf, trainGrid } from './trainGrid.mts';

const flow = { mean: 2, deviation: 0.5 };
const stepCounts = [1, 2, 4, 8, 16, 32, 64];
const schemes: readonly RolloutScheme[] = ['euler', 'midpoint', 'heun', 'seed-midtime'];
const samples = 20_000;

const learntSteps = 1500;
const learntFigures = [
  'flow/endpt_rmse@8',
  'flow/endpt_rmse@16',
  'flow/endpt_rmse@32',
  'flow/endpt_rmse@64',
  'flow/order@16',
  'flow/slope',
  'flow/nmse',
];
const learnt: readonly ArmPlan[] = [
  { label: 'as trained', inference: {} },
  { label: '0.7 of the speed', inference: { scale: 0.7 } },
  { label: 'clock reversed', inference: { convention: 'sigma' } },
].map(({ label, inference }) => ({
  label,
  config: (seed) => semanticConfig(seed, learntSteps, { w_dino: 0, flow: { inference } }),
}));

/** Seed 004's rule of the endpoint error, on a field that is known exactly. */
export const e5Endpoint: Experiment = {
  name: 'e5',
  title: 'E5: must the endpoint error fall as the number of integration steps grows?',
  claim:
    '"flow/endpt_rmse@K should fall monotonically with K or settle; if it does not, the training target and the integration at inference disagree" (seed 004).',
  setup: `The exact velocity of N(0, 1) → N(2, 0.5²) with independent pairs, ${samples} draws. *Map error* is the distance to where the exact flow takes the same start, *pair error* (the seed's \`endpt_rmse@K\`) the distance to the end that happened to be paired with it. Nothing is wrong with this field, so a rule that warns is wrong. The last two rows are the field at 0.7 of its speed: a real disagreement.`,
  async run(context) {
    const random = createRandom(1, 'e5');
    const pairs = Array.from({ length: samples }, () => {
      const start = random.normal();
      return { start, end: flow.mean + flow.deviation * random.normal() };
    });
    const rows = schemes.flatMap((scheme) => [
      [`${scheme}: map error`, ...errors(scheme, 1, pairs).map(({ map }) => figure(map))],
      [`${scheme}: pair error`, ...errors(scheme, 1, pairs).map(({ pair }) => figure(pair))],
    ]);
    const slow = errors('euler', 0.7, pairs);
    rows.push(
      ['euler at 0.7 of the speed: map error', ...slow.map(({ map }) => figure(map))],
      ['euler at 0.7 of the speed: pair error', ...slow.map(({ pair }) => figure(pair))],
    );
    return [
      markdownTable(['', ...stepCounts.map((count) => `K = ${count}`)], rows),
      '## Learnt fields',
      `The task \`semantic-vae-flow\` without DINO, ${learntSteps} steps; means over seeds. *Order* is that of the Euler scheme from its own convergence at K = 16 and 32 (1 is right), *slope* that of the increments as inference makes them against the targets of training (1 is right, 1/c for a speed of c, below 0 for a clock that runs backwards).`,
      await learntTable(context),
    ].join('\n\n');
  },
};

async function learntTable(context: ExperimentContext): Promise<string> {
  const trained = await trainGrid(context, learnt);
  return markdownTable(
    ['inference', ...learntFigures],
    learnt.map(({ label }, index) => [
      label,
      ...learntFigures.map((metric) =>
        figure(mean(armsOf(learnt, trained, lastOf(metric))[index]?.values ?? [])),
      ),
    ]),
  );
}

function errors(
  scheme: RolloutScheme,
  speed: number,
  pairs: readonly { readonly start: number; readonly end: number }[],
): readonly { readonly map: number; readonly pair: number }[] {
  const velocity = (x: number, t: number): number => speed * gaussianVelocity(x, t, flow);
  return stepCounts.map((steps) => {
    let map = 0;
    let pair = 0;
    for (const { start, end } of pairs) {
      const reached = rollout(start, steps, scheme, velocity);
      map += (reached - gaussianEndpoint(start, flow)) ** 2;
      pair += (reached - end) ** 2;
    }
    return { map: Math.sqrt(map / pairs.length), pair: Math.sqrt(pair / pairs.length) };
  });
}
