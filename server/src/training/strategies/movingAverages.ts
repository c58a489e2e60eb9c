import { component } from '../../numerics/balance/dense.ts';

/** Exponential moving averages with bias correction (Kingma & Ba 2015, §3). */
export interface MovingAverages {
  /** The averages with further values, all finite. */
  add(values: readonly number[]): readonly number[];
  snapshot(): readonly number[];
  restore(numbers: readonly number[]): void;
}

/** @param decay share of the old that is kept with each value, within [0, 1) */
export function createMovingAverages(size: number, decay: number): MovingAverages {
  let mass = 0;
  let sums: readonly number[] = new Array<number>(size).fill(0);
  return {
    add(values) {
      mass = decay * mass + (1 - decay);
      sums = sums.map((sum, index) => decay * sum + (1 - decay) * component(values, index));
      return sums.map((sum) => sum / mass);
    },
    snapshot: () => [mass, ...sums],
    restore([savedMass = 0, ...savedSums]) {
      mass = savedMass;
      sums = savedSums;
    },
  };
}
