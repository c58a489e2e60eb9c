import type { z } from 'zod';

import type { Random } from '../base/random.ts';
import type { Gramian } from '../numerics/gramian.ts';
import type { StrategyProperties } from './strategyProperties.ts';

/** What a strategy knows when a run starts. */
export interface StrategySetup<Options = unknown> {
  /** Names of the losses, in the order of the terms. */
  readonly terms: readonly string[];
  /** The weights of the config, in the order of the terms. */
  readonly weights: readonly number[];
  /** Index of the term to which the others are scaled, for strategies that have one. */
  readonly reference: number;
  /** Steps of the whole run, for schedules. */
  readonly steps: number;
  /** Its own source of random numbers; its state is kept in checkpoints with the strategy's. */
  readonly random: Random;
  /** As its schema completed them. */
  readonly options: Options;
}

/** What the host has to read in mid-step before it can say the weights. */
export type StrategyNeed = 'nothing' | 'losses' | 'gradients';

/** What was read of the step that the weights are for. */
export interface StrategyReading {
  /** Values of the losses in the order of the terms; empty where nothing is needed. */
  readonly losses: readonly number[];
  /**
   * Inner products of the losses' gradients over the shared parameters (or over the cut, where
   * probes are cut); only where gradients are needed. Of their moving averages, where the strategy
   * asks for those.
   */
  readonly gradients: Gramian | undefined;
}

/** The reading of a strategy that needs nothing. */
export const nothingRead: StrategyReading = { losses: [], gradients: undefined };

/** A reading and the step, counted from 1, that it is of. */
export interface StrategyMoment extends StrategyReading {
  readonly step: number;
}

/** A strategy in the course of one run. */
export interface StrategyState {
  /** The weights of this step: the step goes along Σ wₖ gₖ. Always finite. */
  weights(moment: StrategyMoment): readonly number[];
  /** Told the losses of the same batch after the step, if the strategy looks at them. */
  after?(losses: readonly number[]): void;
  /** All that it remembers, for a checkpoint. */
  snapshot(): readonly number[];
  /** Puts back what `snapshot` gave. */
  restore(numbers: readonly number[]): void;
}

/** What a step costs: forward passes and backward passes over the shared parameters. */
export interface StrategyCost {
  readonly forwards: 1 | 2;
  readonly backwards: '1' | 'K';
}

/** What comes out where the gradients leave the method no good answer, in words. */
export interface DegenerateBehaviour {
  /** One gradient vanishes. */
  readonly zeroGradient: string;
  /** Two gradients point exactly against each other. */
  readonly opposed: string;
  /** One gradient is a combination of others. */
  readonly dependent: string;
  /** A loss or gradient is NaN or infinite. */
  readonly nonFinite: string;
  /** A loss is 0 or negative, where that matters. */
  readonly notPositive?: string;
}

/**
 * Where the config's weights wₖ come in. `before`: the strategy is told the weighted losses wₖLₖ and
 * their gradients, so that what it guarantees holds for them; to a strategy that does not see scale
 * the weights then say nothing. `after`: it is told the losses as they are, and what it gives is
 * multiplied by wₖ. Either way a loss of weight 0 takes no part.
 */
export type WeightsApply = 'before' | 'after';

/** Moving averages of the losses' gradients, kept by the engine, for strategies that combine those. */
export interface StrategyMoments {
  /** Share of the old average that stays, within [0, 1); averages are bias-corrected (Kingma & Ba 2015, §3). */
  readonly decay: number;
  /** What is averaged: ∇Lₖ, or ∇log(Lₖ + 1e-8) = ∇Lₖ / (Lₖ + 1e-8) (∇Lₖ where the loss is not positive). */
  readonly of: 'gradients' | 'log-gradients';
  /** Whether every step adds to all averages, or only to that of loss (step − 1) mod K. */
  readonly turn: 'all' | 'one loss a step';
}

/** A way to weigh the losses against each other. Pure but for the state it carries. */
export interface Strategy<Options = unknown> {
  readonly name: string;
  readonly description: string;
  /** What the weights or coefficients are, in the notation of docs/strategies.md. */
  readonly formula: string;
  readonly needs: StrategyNeed;
  readonly cost: StrategyCost;
  readonly weightsApply: WeightsApply;
  /**
   * If set, `gradients` in a reading is the Gramian of these averages mₖ, and the step goes along
   * Σ wₖ mₖ with the weights returned.
   */
  readonly moments?: StrategyMoments;
  /**
   * Set where losses have weight 0 in whole stretches of the run. What counts steps for a parameter,
   * such as the bias correction of Adam, then counts those that it took part in. A schedule that is
   * set to begin at 0 has the steps of the run counted, as torch does for a loss multiplied by 0.
   */
  readonly alternates?: true;
  readonly properties: StrategyProperties;
  readonly degenerate: DegenerateBehaviour;
  /** Paper and equation, and the reference implementation. */
  readonly source: string;
  /** Where the reference or the seed is wrong or fragile, and what this does instead. */
  readonly trap?: string;
  /** Every key has a description and a default. */
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** The losses that these options name; a config that names one that is not there is refused. */
  namedTerms?(options: Options): readonly string[];
  /**
   * For weights that follow a course known beforehand: the factor of a loss's weight at a step,
   * counted from 1, of so many.
   */
  curve?(options: Options, steps: number, step: number): number;
  /** For the generic test: what is read step by step, all steps of the run, and the weights that must come out. */
  readonly example: StrategyExample;
  create(setup: StrategySetup<Options>): StrategyState;
}

export interface StrategyExample {
  readonly weights: readonly number[];
  readonly reference?: number;
  /** As in a config. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly readings: readonly {
    readonly losses: readonly number[];
    /** Inner products of the gradients, K² row by row; for strategies that need them. */
    readonly products?: readonly number[];
    /** Losses after the step, for strategies that look at them. */
    readonly after?: readonly number[];
  }[];
  readonly expected: readonly (readonly number[])[];
}
