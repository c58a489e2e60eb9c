import type { Finding } from '../../model/finding.ts';
import { metricName } from '../../model/metricName.ts';
import { adjustByHolm } from '../../numerics/holm.ts';
import { type MeanTest, testMeanBelowZero } from '../../numerics/meanBelowZero.ts';
import { median } from '../../numerics/median.ts';
import { constant, noisy } from '../exampleSeries.ts';
import type { Rule, RunEvidence } from '../rule.ts';
import { fewestProbes, latestValues, shareOf } from '../window.ts';
import { formatShare, formatSigned } from '../wording.ts';

/** A probe counts as a conflict below this cosine. */
const conflictingCosine = -0.05;
/**
 * Thresholds of science.md §2.4, R4, to enter and, milder, to leave. The level is that of t ≤ −2,
 * one-sided, and holds for all pairs together.
 */
const enter = { mean: -0.1, rate: 0.5, level: 0.025 } as const;
const leave = { mean: -0.05, rate: 0.35, level: 0.1 } as const;
/** Below this similarity of the norms the larger gradient wins the conflict. */
const unlikeNorms = 0.5;

interface Pair {
  readonly first: string;
  readonly second: string;
  readonly cosines: readonly number[];
  readonly test: MeanTest;
}

/** R4: two losses pull the shared parameters in opposite directions, beyond the noise. */
export const conflict: Rule = {
  id: 'R4',
  name: 'conflict',
  description:
    'The gradients of two losses point against each other: their mean cosine is below −0.1, significantly so.',
  options: { window: 50 },
  examples: [
    {
      title: 'a cosine of −0.3 with the noise of single batches',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: { 'cos/a~b': noisy(-0.3, 0.12, 50) },
      fires: ['a'],
    },
    {
      title: 'the noise around +0.07 that a healthy run shows',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: { 'cos/a~b': noisy(0.07, 0.13, 50) },
      fires: [],
    },
    {
      title: 'a mean below the threshold, made by a few probes only',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: { 'cos/a~b': [...constant(0, 40), ...constant(-0.9, 10)] },
      fires: [],
    },
    {
      title: 'one of the two is off',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0 },
      ],
      metrics: { 'cos/a~b': constant(-0.5, 50) },
      fires: [],
    },
  ],
  evaluate(evidence, { window }, wasFiring) {
    if (evidence.probes < fewestProbes) return [];
    const pairs = readPairs(evidence, window);
    const adjusted = adjustByHolm(pairs.map(({ test }) => test.probability));
    return pairs.flatMap((pair, index) => {
      const limits = wasFiring(`${pair.first}~${pair.second}`) ? leave : enter;
      const rate = shareOf(pair.cosines, (cosine) => cosine < conflictingCosine);
      const fires =
        pair.test.mean <= limits.mean &&
        rate >= limits.rate &&
        (adjusted[index] ?? 1) <= limits.level;
      return fires ? [speak(evidence, pair, rate, window)] : [];
    });
  },
};

/** All pairs of active terms with enough cosines, in the order of the config. */
function readPairs(evidence: RunEvidence, window: number): readonly Pair[] {
  const names = evidence.terms.filter((term) => term.weight !== 0).map((term) => term.name);
  return names.flatMap((first, index) =>
    names.slice(index + 1).flatMap((second) => {
      const cosines = readCosines(evidence, first, second, window);
      const test = testMeanBelowZero(cosines);
      const enough = cosines.length >= Math.min(fewestProbes, window);
      return test && enough ? [{ first, second, cosines, test }] : [];
    }),
  );
}

/** A cosine is NaN where a gradient is zero; such probes say nothing. */
function readCosines(
  evidence: RunEvidence,
  first: string,
  second: string,
  window: number,
): readonly number[] {
  const written = latestValues(evidence, metricName.cosine(first, second), window);
  const cosines =
    written.length > 0 ? written : latestValues(evidence, metricName.cosine(second, first), window);
  return cosines.filter(Number.isFinite);
}

function speak(evidence: RunEvidence, pair: Pair, rate: number, window: number): Finding {
  const { first, second, cosines, test } = pair;
  const mean = `mean cosine ${formatSigned(test.mean)} over ${cosines.length} probes`;
  return {
    rule: conflict.id,
    name: conflict.name,
    severity: 'warning',
    term: first,
    otherTerm: second,
    message: `${first} and ${second} pull against each other on ${evidence.group}: ${mean}, in conflict in ${formatShare(rate)} of them (t = ${formatSigned(test.t)})${unlike(evidence, pair, window)}.`,
    // Weights change how much each side pulls, not that they pull against each other.
    fixes: [],
  };
}

/** Where the weighted norms differ much (Yu et al. 2020, gradient magnitude similarity), who wins. */
function unlike(evidence: RunEvidence, { first, second }: Pair, window: number): string {
  const norm = (name: string): number => {
    const weight = evidence.terms.find((term) => term.name === name)?.weight ?? Number.NaN;
    return Math.abs(weight) * median(latestValues(evidence, metricName.gradient(name), window));
  };
  const [a, b] = [norm(first), norm(second)];
  const similarity = (2 * a * b) / (a ** 2 + b ** 2);
  if (!(similarity < unlikeNorms)) return '';
  const [winner, factor] = a > b ? [first, a / b] : [second, b / a];
  return `; ${winner} wins with a gradient ${factor.toFixed(1)} times as large`;
}
