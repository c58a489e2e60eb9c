import type { Finding } from '../../model/finding.ts';
import { metricName } from '../../model/metricName.ts';
import { median } from '../../numerics/median.ts';
import { hasConverged } from '../converged.ts';
import { constant, constantShares } from '../exampleSeries.ts';
import type { Rule, RunEvidence, TermEvidence } from '../rule.ts';
import { proposeWeight } from '../shareFix.ts';
import { fewestProbes, latestValues } from '../window.ts';
import { formatShare } from '../wording.ts';

/** Thresholds of decisions.md 3: ν < min(0.05, 0.25 / K). */
const weakShare = 0.05;
const weakShareOfEven = 0.25;
/** A term that was weak counts as weak until its share is this much above the threshold. */
const exitFactor = 1.3;

/** R1: a loss that is declared, is not done, and hardly moves the parameters. */
export const weakLoss: Rule = {
  id: 'R1',
  name: 'weak-loss',
  description:
    'A loss with a weight supplies less than 5 % of the gradient, although it has not converged.',
  options: { window: 50 },
  examples: [
    {
      title: 'one of three losses supplies 2 % of the gradient',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
        { name: 'c', weight: 0.1 },
      ],
      metrics: constantShares({ a: 0.5, b: 0.48, c: 0.02 }, 50),
      fires: ['c'],
    },
    {
      title: 'every loss has its part',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0.02 },
      ],
      metrics: constantShares({ a: 0.9, b: 0.1 }, 50),
      fires: [],
    },
    {
      title: 'the weak loss is off',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0 },
      ],
      metrics: constantShares({ a: 1, b: 0 }, 50),
      fires: [],
    },
    {
      title: 'the weak loss has converged',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: { ...constantShares({ a: 0.98, b: 0.02 }, 50), 'loss/b': constant(0.25, 50) },
      fires: [],
    },
    {
      title: 'nineteen probes are too few',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: constantShares({ a: 0.98, b: 0.02 }, 19),
      fires: [],
    },
  ],
  evaluate(evidence, options, wasFiring) {
    const active = evidence.terms.filter((term) => term.weight !== 0);
    if (evidence.probes < fewestProbes || active.length < 2) return [];
    const threshold = Math.min(weakShare, weakShareOfEven / active.length);
    return active.flatMap((term) => {
      const latest = latestValues(evidence, metricName.gradientShare(term.name), options.window);
      const share = median(latest.filter(Number.isFinite));
      const limit = wasFiring(term.name) ? threshold * exitFactor : threshold;
      if (!(share < limit) || latest.length < Math.min(fewestProbes, options.window)) return [];
      if (hasConverged(evidence, term.name, options.window)) return [];
      return [speak(evidence, term, share, latest.length)];
    });
  },
};

function speak(evidence: RunEvidence, term: TermEvidence, share: number, probes: number): Finding {
  return {
    rule: weakLoss.id,
    name: weakLoss.name,
    severity: 'warning',
    term: term.name,
    message: `${term.name} supplies ${formatShare(share)} of the gradient on ${evidence.group} (median of ${probes} probes, w = ${term.weight}).`,
    fixes: proposeWeight(term, share, 'would bring its share of the gradient to 10 %'),
  };
}
