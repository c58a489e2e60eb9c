import { createRandom } from '../../../../server/src/base/random.ts';
import type {
  Strategy,
  StrategyMoments,
  StrategySetup,
  StrategyState,
} from '../../../../server/src/training/strategy.ts';
import { combine, gramianOf, type Rows } from '../../numerics/balance/rows.ts';

export interface StrategyStart {
  readonly weights: readonly number[];
  /** As in a config. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly reference?: number | undefined;
  readonly steps?: number;
  readonly seed?: number;
}

/** What a strategy is given at the start of a run; the losses are called loss1, loss2, … */
export function setupOf(
  { options: schema }: Strategy,
  { weights, options = {}, reference = 0, steps = 100, seed = 1 }: StrategyStart,
): StrategySetup {
  return {
    terms: weights.map((_, index) => `loss${index + 1}`),
    weights,
    reference,
    steps,
    random: createRandom(seed, 'strategy'),
    options: schema.parse(options),
  };
}

/** One step as a strategy sees it. */
export interface SeenStep {
  readonly losses: readonly number[];
  /** The gradients, one row per loss. */
  readonly rows: Rows;
  /** Losses after the step; as before it if left out. */
  readonly after?: readonly number[];
}

export interface TakenStep {
  readonly weights: readonly number[];
  /** d = Σ wₖ gₖ, or of the averages. */
  readonly direction: readonly number[];
  /** What the weights were applied to. */
  readonly rows: Rows;
}

/** A run of a strategy on gradients that are given, with the averages that an engine would keep. */
export class StrategyCourse {
  readonly state: StrategyState;
  readonly #strategy: Strategy;
  readonly #averages: RowAverages | undefined;
  #step = 0;

  constructor(strategy: Strategy, start: StrategyStart) {
    this.#strategy = strategy;
    this.state = strategy.create(setupOf(strategy, start));
    this.#averages = strategy.moments && new RowAverages(strategy.moments);
  }

  take({ losses, rows: own, after = losses }: SeenStep): TakenStep {
    this.#step += 1;
    const rows = this.#averages?.add(own, losses, this.#step) ?? own;
    const { needs } = this.#strategy;
    const weights = this.state.weights({
      losses: needs === 'nothing' ? [] : losses,
      gradients: needs === 'gradients' ? gramianOf(rows) : undefined,
      step: this.#step,
    });
    this.state.after?.(after);
    return { weights, rows, direction: combine(weights, rows) };
  }

  /** The same step so often; the last of them. */
  repeat(step: SeenStep, times: number): TakenStep {
    for (let time = 1; time < times; time += 1) this.take(step);
    return this.take(step);
  }
}

class RowAverages {
  readonly #moments: StrategyMoments;
  #sums: Rows | undefined;
  #masses: readonly number[] = [];

  constructor(moments: StrategyMoments) {
    this.#moments = moments;
  }

  add(rows: Rows, losses: readonly number[], step: number): Rows {
    const { decay, of, turn } = this.#moments;
    const sums = this.#sums ?? rows.map((row) => row.map(() => 0));
    const turns = (loss: number): boolean => turn === 'all' || (step - 1) % rows.length === loss;
    const scale = (loss: number): number => {
      const value = losses[loss] ?? 0;
      return of === 'log-gradients' && value > 0 ? 1 / (value + 1e-8) : 1;
    };
    this.#masses = rows.map((_, loss) => {
      const mass = this.#masses[loss] ?? 0;
      return turns(loss) ? decay * mass + 1 - decay : mass;
    });
    const next = rows.map((row, loss) => {
      const old = sums[loss] ?? [];
      if (!turns(loss)) return old;
      const share = (1 - decay) * scale(loss);
      return row.map((value, index) => decay * (old[index] ?? 0) + share * value);
    });
    this.#sums = next;
    return next.map((row, loss) => {
      const mass = this.#masses[loss] ?? 0;
      return mass === 0 ? row : row.map((value) => value / mass);
    });
  }
}
