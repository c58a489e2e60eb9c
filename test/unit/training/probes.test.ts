import { describe, expect, it } from 'vitest';

import { Gramian } from '../../../server/src/numerics/gramian.ts';
import type { ProbeReading } from '../../../server/src/training/probe.ts';
import { gradientStatistics } from '../../../server/src/training/probes/gradientStatistics.ts';
import { updateRatio } from '../../../server/src/training/probes/updateRatio.ts';

function reading(products: readonly number[], weights: readonly number[]): ProbeReading {
  const gradients = Gramian.fromEntries(2, products);
  const norms = { parameterNorm: 4, updateNorm: 0.5, hasPath: [true, true] };
  return {
    terms: ['kl', 'rec'],
    weights,
    groups: [
      { name: 'trunk', shared: true, gradients, ...norms },
      { name: 'head', shared: false, gradients, ...norms, parameterNorm: 0, updateNorm: 0 },
    ],
  };
}

describe('probes', () => {
  it('tell norms, shares, contributions and cosines from the Gramian', () => {
    // g₁ = (3, 0), g₂ = (0, 4), d = g₁ + 0.5 g₂ = (3, 2).
    expect(gradientStatistics.metrics(reading([9, 0, 0, 16], [1, 0.5]))).toEqual({
      'grad/kl': 3,
      'grad/rec': 4,
      'grad_weighted/kl': 3,
      'grad_weighted/rec': 2,
      'grad/total': Math.sqrt(13),
      'grad_share/kl': 0.6,
      'grad_share/rec': 0.4,
      'grad_contribution/kl': 9 / 13,
      'grad_contribution/rec': 4 / 13,
      'cos/kl~rec': 0,
      'cos/kl~rest': 0,
      'cos/rec~rest': 0,
      'grad/kl@head': 3,
      'grad/rec@head': 4,
      'grad_weighted/kl@head': 3,
      'grad_weighted/rec@head': 2,
      'grad/total@head': Math.sqrt(13),
    });
  });

  it('leave out what has no meaning for a gradient that vanishes', () => {
    const names = Object.keys(gradientStatistics.metrics(reading([0, 0, 0, 16], [1, 1])));
    expect(names.filter((name) => name.startsWith('cos/'))).toEqual([]);
    expect(names).toContain('grad_share/kl');
  });

  it('keep what is not finite', () => {
    const nan = Number.NaN;
    const metrics = gradientStatistics.metrics(reading([nan, nan, nan, 16], [1, 1]));
    expect(metrics['grad/kl']).toBeNaN();
    expect(metrics['grad/rec']).toBe(4);
    expect(metrics['cos/kl~rec']).toBeNaN();
    expect(metrics['grad/total']).toBeNaN();
  });

  it('tell the relative update of each group that has parameters', () => {
    expect(updateRatio.metrics(reading([1, 0, 0, 1], [1, 1]))).toEqual({
      'step/trunk_update_ratio': 0.125,
    });
  });
});
