import type { Finding } from '../../model/finding.ts';
import { metricName } from '../../model/metricName.ts';
import { median } from '../../numerics/median.ts';
import { hasConverged } from '../converged.ts';
import { constant, constantShares } from '../exampleSeries.ts';
import type { Rule, RunEvidence, TermEvidence } from '../rule.ts';
import { proposeWeight } from '../shareFix.ts';
import { fewestProbes, latestValues, shareOf } from '../window.ts';
import { formatList, formatShare } from '../wording.ts';

/** Thresholds of science.md §2.4, R2, to enter and, milder, to leave. */
const enter = { dominant: 0.95, starved: 0.02, rate: 0.8 } as const;
const leave = { dominant: 0.93, starved: 0.03, rate: 0.6 } as const;

interface TermShare {
  readonly term: TermEvidence;
  readonly latest: readonly number[];
  readonly median: number;
}

/** R2: one loss supplies nearly all of the gradient while another that should count has none. */
export const dominance: Rule = {
  id: 'R2',
  name: 'dominance',
  description:
    'One loss supplies more than 95 % of the gradient while another stays under 2 % of it.',
  options: { window: 50 },
  examples: [
    {
      title: 'one of two losses supplies 99 %',
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0.02 },
      ],
      metrics: constantShares({ velocity: 0.99, render: 0.01 }, 50),
      fires: ['velocity'],
    },
    {
      title: 'the other loss has its part',
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0.02 },
      ],
      metrics: constantShares({ velocity: 0.93, render: 0.07 }, 50),
      fires: [],
    },
    {
      title: 'the other loss has converged',
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'margin', weight: 1 },
      ],
      metrics: {
        ...constantShares({ velocity: 1, margin: 0 }, 50),
        'loss/margin': constant(0, 50),
      },
      fires: [],
    },
    {
      title: 'the other loss is off',
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0 },
      ],
      metrics: constantShares({ velocity: 1, render: 0 }, 50),
      fires: [],
    },
  ],
  evaluate(evidence, { window }, wasFiring) {
    const active = evidence.terms.filter((term) => term.weight !== 0);
    if (evidence.probes < fewestProbes || active.length < 2) return [];
    const shares = active.map((term) => readShare(evidence, term, window));
    return shares.flatMap((dominant) => {
      const limits = wasFiring(firingName(dominant, shares)) ? leave : enter;
      if (!(dominant.median > limits.dominant)) return [];
      const starved = shares.filter(
        (other) =>
          other !== dominant &&
          shareOf(other.latest, (share) => share < limits.starved) >= limits.rate &&
          !hasConverged(evidence, other.term.name, window),
      );
      return starved.length === 0 ? [] : [speak(evidence, dominant, starved, shares.length)];
    });
  },
};

function readShare(evidence: RunEvidence, term: TermEvidence, window: number): TermShare {
  const all = latestValues(evidence, metricName.gradientShare(term.name), window);
  const latest = all.filter(Number.isFinite);
  const enough = latest.length >= Math.min(fewestProbes, window);
  return { term, latest, median: enough ? median(latest) : Number.NaN };
}

/** With two terms the finding is one of the pair, as `findingKey` writes it. */
function firingName(dominant: TermShare, shares: readonly TermShare[]): string {
  const other = shares.find((share) => share !== dominant);
  return shares.length === 2 && other
    ? `${dominant.term.name}~${other.term.name}`
    : dominant.term.name;
}

function speak(
  evidence: RunEvidence,
  dominant: TermShare,
  starved: readonly TermShare[],
  count: number,
): Finding {
  const { name } = dominant.term;
  const others = formatList(
    starved.map((other) => `${other.term.name} ${formatShare(other.median)}`),
  );
  const [other] = starved;
  return {
    rule: dominance.id,
    name: dominance.name,
    severity: 'warning',
    term: name,
    ...(count === 2 && other && { otherTerm: other.term.name }),
    message: `${name} supplies ${formatShare(dominant.median)} of the gradient on ${evidence.group}, ${others} (medians of ${dominant.latest.length} probes, w = ${dominant.term.weight}).`,
    fixes: starved.flatMap((weak) =>
      proposeWeight(
        weak.term,
        weak.median,
        `would bring ${weak.term.name} to 10 % of the gradient and leave the weight of ${name} as it is`,
      ),
    ),
  };
}
