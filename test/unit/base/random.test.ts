import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRandom, restoreRandom } from '../../../server/src/base/random.ts';

describe('createRandom', () => {
  it('gives the sequence that it has always given', () => {
    const random = createRandom(3, 'data');
    expect([random.uniform(), random.uniform()]).toEqual([0.29584712139330804, 0.7631204559002072]);
    expect([random.normal(), random.normal(), random.normal()]).toEqual([
      -0.23753146767010905, -0.5419824885787479, -0.7518959695883352,
    ]);
  });
});

describe('restoreRandom', () => {
  it('goes on where the state was taken, between the two normal numbers of a pair too', () => {
    const draws = fc.array(fc.constantFrom('uniform' as const, 'normal' as const), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.integer(), draws, draws, (seed, before, after) => {
        const random = createRandom(seed);
        for (const draw of before) random[draw]();
        const restored = restoreRandom(random.state());
        expect(restored.state()).toEqual(random.state());
        expect(after.map((draw) => restored[draw]())).toEqual(after.map((draw) => random[draw]()));
      }),
    );
  });

  it('refuses what is no state', () => {
    expect(() => restoreRandom([1, 2, 3])).toThrow('4 words or more, not 3');
  });
});
