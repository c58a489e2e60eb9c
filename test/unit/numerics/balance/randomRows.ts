import fc from 'fast-check';

import { createRandom } from '../../../../server/src/base/random.ts';
import type { Rows } from './rows.ts';

/** What the rows of a case have in common. */
export type RowKind =
  | 'independent'
  | 'rank-deficient'
  | 'opposed'
  | 'duplicate'
  | 'zero row'
  | 'all zero';

export interface RowCase {
  readonly kind: RowKind;
  readonly rows: Rows;
}

const kinds: readonly RowKind[] = [
  'independent',
  'rank-deficient',
  'opposed',
  'duplicate',
  'zero row',
  'all zero',
];

/** Random gradients: 1 to 8 losses, lengths over 10⁶, and the degenerate kinds. */
export function rowCases(wanted: readonly RowKind[] = kinds): fc.Arbitrary<RowCase> {
  return fc
    .record({
      seed: fc.integer(),
      size: fc.integer({ min: 1, max: 8 }),
      decades: fc.constantFrom(0, 2, 6),
      kind: fc.constantFrom(...wanted),
    })
    .map(({ seed, size, decades, kind }) => ({ kind, rows: drawRows(seed, size, decades, kind) }));
}

function drawRows(seed: number, size: number, decades: number, kind: RowKind): Rows {
  const random = createRandom(seed, 'rows');
  const dimensions = kind === 'rank-deficient' ? Math.max(1, Math.ceil(size / 2)) : size + 4;
  const rows = Array.from({ length: size }, () => {
    const scale = 10 ** (decades * (random.uniform() - 0.5));
    return Array.from({ length: dimensions }, () => scale * random.normal());
  });
  const first = rows[0] ?? [];
  const last = size - 1;
  if (kind === 'opposed' && size > 1) rows[last] = first.map((value) => -3 * value);
  if (kind === 'duplicate' && size > 1) rows[last] = [...first];
  if (kind === 'zero row') rows[last] = first.map(() => 0);
  return kind === 'all zero' ? rows.map((row) => row.map(() => 0)) : rows;
}

/** Every run draws the same cases. */
export const seeded = { seed: 20_261_121, numRuns: 400 } as const;
