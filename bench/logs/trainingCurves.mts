import { createRandom } from '../../server/src/base/random.ts';

/** When the generated runs began, in seconds since the Unix epoch. */
export const startOfRun = 1_700_000_000;
const uniform = createRandom(6, 'logs').uniform;
/** Drawn ahead, since a gigabyte asks for tens of millions. */
const noise = Float64Array.from({ length: 4096 }, () => 0.01 * uniform());

/** Value of loss `index` at a step: it falls, with noise on it, and has all its digits. */
export function lossAt(step: number, index: number): number {
  const decay = 1 / (1 + step / 5000);
  return decay * (1 + index) + (noise[(step * 31 + index * 977) & 4095] ?? 0);
}
