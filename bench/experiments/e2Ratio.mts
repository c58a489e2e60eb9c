import { markdownTable } from '../../scripts/markdownTable.mts';
import { mean } from '../../server/src/numerics/moments.ts';
import { comparisonTable, figure } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import { flowEditConfig, renderError } from './flowEditArms.mts';
import type { TrainedArm } from './trainArm.mts';
import { type ArmPlan, armsOf, trainGrid } from './trainGrid.mts';

const steps = 2000;
/** The default first: it is the baseline. */
const weights = [1, 0.00001, 0.0001, 0.001, 0.01, 0.1, 0.3, 3, 10, 1000];
/** Probes at the end of a run: enough for a mean of the share of the gradient. */
const probeEvery = 20;
/** Share of the run, from its end, over which ratio and share are averaged. */
const lastPart = 0.1;

interface Cell {
  readonly weight: number;
  readonly error: number;
  readonly latentError: number;
  readonly ratio: number;
  readonly share: number;
}

interface Rule {
  readonly name: string;
  readonly says: (cell: Cell) => boolean;
}

const rules: readonly Rule[] = [
  { name: 'weighted ratio within 0.2–0.8', says: ({ ratio }) => ratio >= 0.2 && ratio <= 0.8 },
  { name: 'gradient share within 0.1–0.5', says: ({ share }) => share >= 0.1 && share <= 0.5 },
  { name: 'weight 1', says: ({ weight }) => weight === 1 },
];

/** Seed 001's health check. */
export const e2Ratio: Experiment = {
  name: 'e2',
  title: 'E2: is a velocity loss ratio of 0.2 to 0.8 a sign of good weights?',
  claim: '"velocity_loss_ratio should lie between 0.2 and 0.8" (seed 001).',
  setup: `World and networks of [E1](e1.md) with an editor 16 units wide, trained jointly with the velocity weight from 0.00001 to 1000. Decides: the error of the picture rendered after 8 Euler steps. *Ratio* is the weighted share of the loss value, *share* that of the gradient on the editor, both over the last tenth of the run.`,
  async run(context) {
    const plans = weights.map(
      (weight): ArmPlan => ({
        label: `weight ${weight}`,
        config: (seed) => flowEditConfig({ seed, editor: 16, steps, velocityWeight: weight }),
        probeEvery,
      }),
    );
    const trained = await trainGrid(context, plans);
    const cells = trained.map((row) => row.map((arm, index) => toCell(weights[index] ?? 0, arm)));
    const columns = weights.map((weight, index) => ({
      weight,
      cells: cells.flatMap((row) => row[index] ?? []),
    }));
    columns.sort((a, b) => a.weight - b.weight);
    const overview = markdownTable(
      ['velocity weight', 'ratio', 'gradient share', 'render MSE@8', 'endpoint RMSE@8'],
      columns.map(({ weight, cells: own }) => [
        String(weight),
        ...(['ratio', 'share', 'error', 'latentError'] as const).map((key) =>
          figure(mean(own.map((cell) => cell[key]))),
        ),
      ]),
    );
    return [
      overview,
      comparisonTable(armsOf(plans, trained, renderError), 'render MSE@8'),
      '## What the rules foretell',
      'Of the runs that a rule calls well weighted, the share whose error is within 5 % of the best weight of the same seed:',
      ruleTable(cells),
    ].join('\n\n');
  },
};

function toCell(weight: number, arm: TrainedArm): Cell {
  return {
    weight,
    error: renderError(arm),
    latentError: arm.last['flow/endpt_rmse@8'] ?? Number.NaN,
    ratio: meanAtEnd(arm, 'value_share/velocity'),
    share: meanAtEnd(arm, 'grad_share/velocity'),
  };
}

function meanAtEnd({ history }: TrainedArm, metric: string): number {
  const points = history[metric] ?? [];
  const from = (points.at(-1)?.step ?? 0) * (1 - lastPart);
  return mean(points.filter(({ step }) => step >= from).map(({ value }) => value));
}

function ruleTable(cells: readonly (readonly Cell[])[]): string {
  const rows = rules.map(({ name, says }) => {
    const judged = cells.flatMap((row) => {
      const best = Math.min(...row.map(({ error }) => error));
      return row.filter(says).map(({ error }) => error <= 1.05 * best);
    });
    const hits = judged.filter(Boolean).length;
    return [name, `${judged.length}`, judged.length === 0 ? '–' : figure(hits / judged.length)];
  });
  return markdownTable(['rule', 'runs', 'within 5 % of the best'], rows);
}
