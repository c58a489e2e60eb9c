import { createRandom } from '../../base/random.ts';
import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { VariantKind } from '../kind.ts';
import { foreignSubject } from './exampleSubject.ts';
import { findTerms, tooMany, weighed } from './weightGrid.ts';

type SearchRequest = Extract<VariantRequest, { kind: 'search' }>;

/** Digits kept of a drawn weight: nobody can tell 0.0123 from 0.012345. */
const significantDigits = 3;

/**
 * Random search (Bergstra and Bengio, JMLR 2012): of as many trials it looks at more different
 * weights of the loss that matters than a grid does, whichever that is. Evenly on a logarithmic
 * scale, since weights differ by factors.
 */
export const search: VariantKind<SearchRequest> = {
  name: 'search',
  description:
    'Draws weights at random between bounds, evenly on a logarithmic scale, the same ones for the same seed.',
  examples: [
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { kl: [0.01, 10] }, trials: 3 },
      title: 'search over kl, 3 trials',
      variants: [
        { label: 'kl = 7.17', weights: [{ term: 'kl', from: 0.1, to: 7.17 }], values: [] },
        { label: 'kl = 0.0112', weights: [{ term: 'kl', from: 0.1, to: 0.0112 }], values: [] },
        { label: 'kl = 2.38', weights: [{ term: 'kl', from: 0.1, to: 2.38 }], values: [] },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: {}, trials: 3 },
      words: 'at least one loss term',
    },
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { render: [1, 2] }, trials: 3 },
      words: 'no loss term "render"',
    },
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { kl: [0, 1] }, trials: 3 },
      words: 'above 0',
    },
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { kl: [1, 0.1] }, trials: 3 },
      words: 'lower bound first',
    },
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { kl: [1, 1] }, trials: 3 },
      words: 'nothing to draw',
    },
    {
      subject: foreignSubject,
      request: { kind: 'search', weights: { kl: [0.1, 1] }, trials: 2000 },
      words: '2,000 variants',
    },
  ],
  title({ weights, trials }) {
    const count = `${trials} ${trials === 1 ? 'trial' : 'trials'}`;
    return `search over ${Object.keys(weights).join(', ')}, ${count}`;
  },
  variants(asked, { weights, trials, draw = 0 }) {
    const found = findTerms(asked.terms, Object.keys(weights));
    if (!found.ok) return found;
    const ranges = found.value.map(
      ({ name }): readonly [number, number] => weights[name] ?? [Number.NaN, Number.NaN],
    );
    const problem = found.value
      .map(({ name }, at) => rangeProblem(name, ranges[at]))
      .find((words) => words !== undefined);
    if (problem !== undefined) return fail(problem);
    const many = tooMany(trials);
    if (many !== undefined) return fail(many);
    const random = createRandom(draw, 'ablation search');
    const points = Array.from({ length: trials }, () =>
      ranges.map(([low, high]) => logUniform(low, high, random.uniform())),
    );
    return succeed(points.map((point) => weighed(found.value, point)));
  },
};

function rangeProblem(term: string, range: readonly number[] | undefined): string | undefined {
  const [low = Number.NaN, high = Number.NaN] = range ?? [];
  if (!(low > 0 && Number.isFinite(high))) {
    return `Both bounds for ${term} must be above 0, since weights are drawn on a logarithmic scale; 0 is what "without" tries.`;
  }
  if (high > low) return undefined;
  return high === low
    ? `Both bounds for ${term} are ${low}, so there is nothing to draw; "set" tries one weight.`
    : `The bounds for ${term} are ${low} and ${high}: give the lower bound first.`;
}

function logUniform(low: number, high: number, share: number): number {
  const value = Number((low * (high / low) ** share).toPrecision(significantDigits));
  // Rounding must not leave the bounds.
  return Math.min(high, Math.max(low, value));
}
