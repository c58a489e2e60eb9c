/** What a strategy knows when a run starts: the weights of the config, in the order of the terms. */
export interface StrategyOptions {
  readonly weights: readonly number[];
  /** Index of the term to which the others are scaled, for strategies that have one. */
  readonly reference: number;
}

/** A strategy in the course of one run. */
export interface StrategyState {
  /** The weights of this step, given the values of its losses (empty where they are not needed). */
  weights(losses: readonly number[]): readonly number[];
}

/** A way to weigh the losses against each other. Pure but for the state it carries. */
export interface Strategy {
  readonly name: string;
  readonly description: string;
  /** Whether it looks at the losses; if so the host waits for them in the middle of each step. */
  readonly needsLosses: boolean;
  /** For the generic test: losses step by step and the weights that must come out. */
  readonly example: {
    readonly options: StrategyOptions;
    readonly losses: readonly (readonly number[])[];
    readonly weights: readonly (readonly number[])[];
  };
  create(options: StrategyOptions): StrategyState;
}
