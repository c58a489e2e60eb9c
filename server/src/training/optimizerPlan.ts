/** What a config says of an optimiser. */
export interface OptimizerPlan {
  readonly name: string;
  /** The learning rate before the schedule and before the groups' factors. */
  readonly learningRate: number;
  /** Share of the update that is carried on, for SGD; 0 for none. */
  readonly momentum: number;
  /** Decay rates of the first and second moment, for Adam and AdamW. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decay of the parameters per step at learning rate 1: L2 for SGD and Adam, decoupled for AdamW. */
  readonly weightDecay: number;
  /** What differs in a parameter group, by its name. */
  readonly groups: Readonly<
    Record<string, { readonly learningRateFactor: number; readonly weightDecay: number }>
  >;
}
