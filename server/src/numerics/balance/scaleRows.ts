import { Gramian } from '../gramian.ts';
import { component } from './dense.ts';

/** The Gramian of gₖ/sₖ. */
export function divideRows(gramian: Gramian, divisors: readonly number[]): Gramian {
  const { size } = gramian;
  const entries = Array.from({ length: size * size }, (_, index) => {
    const row = Math.floor(index / size);
    const column = index % size;
    return gramian.at(row, column) / component(divisors, row) / component(divisors, column);
  });
  return Gramian.fromEntries(size, entries);
}
