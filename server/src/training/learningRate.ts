/** How the learning rate moves over a run. */
export interface LearningRatePlan {
  readonly schedule: string;
  /** Steps over which it rises linearly to its full value before the schedule begins; 0 for none. */
  readonly warmupSteps: number;
  /** Where a falling schedule ends, as a factor of the full value. */
  readonly finalFactor: number;
  /** Steps at which the `step` schedule multiplies by `gamma`. */
  readonly milestones: readonly number[];
  readonly gamma: number;
}

/** A course of the learning rate. Pure. */
export interface LearningRateSchedule {
  readonly name: string;
  readonly description: string;
  /** For the generic test: the factor at some steps of a run of 100 steps. */
  readonly example: {
    readonly plan: Partial<LearningRatePlan>;
    readonly factors: Readonly<Record<number, number>>;
  };
  /** The factor at a step (counted from 1 after the warm-up) of `steps` (those after the warm-up). */
  factor(plan: LearningRatePlan, step: number, steps: number): number;
}
