import { describe, expect, it } from 'vitest';

import { chooseInterrupted } from '../../../extension/src/progress/interruption.ts';
import type { AblationSummary } from '../../../server/src/protocol/ablation.ts';

const now = 10_000_000;

function ablation(id: string, more: Partial<AblationSummary> = {}): AblationSummary {
  return {
    ...{ id, title: id, configUri: 'file:///a.yaml', createdAt: 1, runs: [] },
    state: 'crashed',
    interruptedAt: now - 1000,
    ...more,
  };
}

const ids = (ablations: readonly AblationSummary[]) => ablations.map(({ id }) => id);

describe('interrupted ablations', () => {
  it('go on in the order of the queue, and then of their creation', () => {
    const all = [
      ablation('late', { createdAt: 9 }),
      ablation('early', { createdAt: 2 }),
      ablation('second', { rank: 1 }),
      ablation('first', { rank: 0, createdAt: 5 }),
    ];
    const { resume, offer } = chooseInterrupted(all, new Map(), now);
    expect(ids(resume)).toEqual(['first', 'second', 'early', 'late']);
    expect(offer).toEqual([]);
  });

  it('are asked about where it was long ago', () => {
    const { resume, offer } = chooseInterrupted(
      [ablation('old', { interruptedAt: now - 2 * 60 * 60_000 }), ablation('new')],
      new Map(),
      now,
    );
    expect(ids(resume)).toEqual(['new']);
    expect(ids(offer)).toEqual(['old']);
  });

  it('are dealt with once each time that they are interrupted', () => {
    const known = new Map([['a', now - 1000]]);
    const again = ablation('a', { interruptedAt: now - 10 });
    expect(chooseInterrupted([ablation('a')], known, now).resume).toEqual([]);
    expect(ids(chooseInterrupted([again], known, now).resume)).toEqual(['a']);
    const { interruptedAt: _, ...ended } = ablation('b');
    expect(chooseInterrupted([ended], new Map(), now)).toEqual({ resume: [], offer: [] });
  });
});
