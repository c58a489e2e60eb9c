/** Whether a property holds: always, in part of the cases, or never on purpose. */
export type Holds = 'always' | 'not always' | 'no';

/**
 * What a strategy guarantees (science.md §1.4). The property tests hold every strategy to what it
 * declares here, and the manual's table is made from it.
 */
export interface StrategyProperties {
  /**
   * How the step changes when a loss is multiplied by a constant: `no`: it turns;
   * `direction`: in length only; `partly`: it turns, but not once weights have been learnt, or not
   * where gradients are orthogonal; `full`: not at all.
   */
  readonly scaleInvariance: 'no' | 'direction' | 'partly' | 'full';
  /** Whether the step never goes up in either of two losses. */
  readonly nonConflictingTwo: Holds;
  /** The same for three and more; `if independent`: where no gradient is a combination of others. */
  readonly nonConflictingMore: Holds | 'if independent';
  /** What becomes of the step when one loss is done and its gradient vanishes. */
  readonly whenOneVanishes: 'goes on' | 'stalls' | 'explodes' | 'clipped';
  readonly random: 'no' | 'order' | 'weights';
  /** What has to be solved at each step; '' for nothing. */
  readonly solver: string;
  /** Strategies with the same word have one direction for two losses, up to its length. */
  readonly twoLossDirection?: 'bisector' | 'projected sum' | 'weighted sum';
  /** Strategies with the same word have one direction for any number of losses, up to its length. */
  readonly direction?: 'Nash bargaining';
  /** The direction where no two gradients conflict, if that is simpler than usual. */
  readonly withoutConflict?: 'weighted sum';
  /** Strategies with the same word pursue one objective. */
  readonly objective?: 'sum of logarithms' | 'weighted sum';
}
