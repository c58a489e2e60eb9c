import type { Gramian } from '../numerics/gramian.ts';

/** What one probe measured in one parameter group. */
export interface GroupReading {
  readonly name: string;
  /** True for the group that gradient figures without `@` refer to. */
  readonly shared: boolean;
  /** Inner products of the unweighted loss gradients, in the order of the terms. */
  readonly gradients: Gramian;
  /** For each term, whether its gradient reaches the group at all: on a path, zero is a figure. */
  readonly hasPath: readonly boolean[];
  /** ‖θ‖ before the step. */
  readonly parameterNorm: number;
  /** ‖Δθ‖ of the step. */
  readonly updateNorm: number;
}

/** What one probe measured. */
export interface ProbeReading {
  readonly terms: readonly string[];
  /** The weights in force at this step. */
  readonly weights: readonly number[];
  readonly groups: readonly GroupReading[];
}

/** Turns a reading into metrics. Pure; it costs the training nothing, all was read back at once. */
export interface Probe {
  readonly name: string;
  readonly description: string;
  /** Metrics by canonical name; what is undefined for this reading is left out. */
  metrics(reading: ProbeReading): Readonly<Record<string, number>>;
}
