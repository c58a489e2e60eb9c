import type { Arm } from './comparison.mts';
import type { ExperimentContext } from './experiment.mts';
import type { Config, TrainedArm } from './trainArm.mts';

/** One arm of an experiment: the config that it trains with, by seed. */
export interface ArmPlan {
  readonly label: string;
  readonly config: (seed: number) => Config;
  /** Steps between two probes after the first 20; none if left out. */
  readonly probeEvery?: number;
}

/** What every arm logged, in the order of the arms, for each seed. */
export async function trainGrid(
  { trainer, seeds, progress }: ExperimentContext,
  arms: readonly ArmPlan[],
): Promise<readonly (readonly TrainedArm[])[]> {
  const trained: TrainedArm[][] = [];
  for (const seed of seeds) {
    const row: TrainedArm[] = [];
    for (const { label, config, probeEvery } of arms) {
      row.push(await trainer.train(config(seed), probeEvery === undefined ? {} : { probeEvery }));
      progress(`seed ${seed}, ${label}`);
    }
    trained.push(row);
  }
  return trained;
}

/** One figure of every arm, over the seeds. */
export function armsOf(
  plans: readonly ArmPlan[],
  trained: readonly (readonly TrainedArm[])[],
  figureOf: (arm: TrainedArm) => number,
): readonly Arm[] {
  return plans.map(({ label }, index) => ({
    label,
    values: trained.flatMap((row) => {
      const arm = row[index];
      return arm ? [figureOf(arm)] : [];
    }),
  }));
}

/** The last value of a metric; NaN where it was not logged. */
export function lastOf(metric: string): (arm: TrainedArm) => number {
  return ({ last }) => last[metric] ?? Number.NaN;
}
