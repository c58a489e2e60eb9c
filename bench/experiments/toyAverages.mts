import type { StrategyMoments } from '../../server/src/training/strategy.ts';
import type { Point } from '../toyProblem.mts';

/** The moving average of one gradient and how often it was added to. */
interface Average {
  readonly sum: Point;
  readonly turns: number;
}

const nothing: Average = { sum: [0, 0], turns: 0 };

/** The moving averages of two gradients in plain numbers, as the engine keeps them for a strategy. */
export class ToyAverages {
  readonly #moments: StrategyMoments;
  #averages: readonly [Average, Average] = [nothing, nothing];

  constructor(moments: StrategyMoments) {
    this.#moments = moments;
  }

  /** The bias-corrected averages after a step, counted from 1. */
  update(
    [a, b]: readonly [Point, Point],
    [first, second]: readonly [number, number],
    step: number,
  ): readonly [Point, Point] {
    const all = this.#moments.turn === 'all';
    const even = step % 2 === 0;
    this.#averages = [
      all || !even ? this.#add(this.#averages[0], a, first) : this.#averages[0],
      all || even ? this.#add(this.#averages[1], b, second) : this.#averages[1],
    ];
    return [this.#corrected(this.#averages[0]), this.#corrected(this.#averages[1])];
  }

  #add({ sum, turns }: Average, gradient: Point, loss: number): Average {
    const { decay, of } = this.#moments;
    const factor = of === 'log-gradients' && loss > 0 ? 1 / (loss + 1e-8) : 1;
    const mix = (at: 0 | 1): number => decay * sum[at] + (1 - decay) * factor * gradient[at];
    return { sum: [mix(0), mix(1)], turns: turns + 1 };
  }

  /** Kingma & Ba 2015, §3. */
  #corrected({ sum: [x1, x2], turns }: Average): Point {
    const share = turns === 0 ? 1 : 1 - this.#moments.decay ** turns;
    return [x1 / share, x2 / share];
  }
}
