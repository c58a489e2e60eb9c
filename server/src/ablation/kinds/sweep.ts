import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { VariantKind } from '../kind.ts';
import { foreignSubject } from './exampleSubject.ts';
import { findTerms, tooMany, trainsNothing, weighed } from './weightGrid.ts';

type SweepRequest = Extract<VariantRequest, { kind: 'sweep' }>;

/** A list of weights of one loss, or a grid over those of several. */
export const sweep: VariantKind<SweepRequest> = {
  name: 'sweep',
  description: 'Tries a list of weights of one loss, or every combination of those of several.',
  examples: [
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: { kl: [1, 0.1] } },
      title: 'sweep of kl',
      variants: [
        { label: 'kl = 1', weights: [{ term: 'kl', from: 0.1, to: 1 }], values: [] },
        // As the config is: the plan leaves it out.
        { label: 'kl = 0.1', weights: [], values: [] },
      ],
    },
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: { velocity: [1, 2], kl: [0] } },
      title: 'grid of velocity × kl',
      variants: [
        {
          label: 'velocity = 1, kl = 0',
          weights: [{ term: 'kl', from: 0.1, to: 0 }],
          values: [],
        },
        {
          label: 'velocity = 2, kl = 0',
          weights: [
            { term: 'velocity', from: 1, to: 2 },
            { term: 'kl', from: 0.1, to: 0 },
          ],
          values: [],
        },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: {} },
      words: 'at least one loss term',
    },
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: { render: [1] } },
      words: 'no loss term "render"',
    },
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: { kl: [1, Number.POSITIVE_INFINITY] } },
      words: 'not a finite number',
    },
    {
      subject: foreignSubject,
      request: { kind: 'sweep', weights: { velocity: [1, 0], kl: [0] } },
      words: 'nothing would be trained',
    },
    {
      subject: foreignSubject,
      request: {
        kind: 'sweep',
        weights: { velocity: Array.from({ length: 40 }, (_, at) => at), kl: Array(40).fill(1) },
      },
      words: '1,600 variants',
    },
  ],
  title({ weights }) {
    const names = Object.keys(weights);
    return `${names.length > 1 ? 'grid' : 'sweep'} of ${names.join(' × ')}`;
  },
  variants(asked, { weights }) {
    const found = findTerms(asked.terms, Object.keys(weights));
    if (!found.ok) return found;
    const axes = found.value.map(({ name }) => weights[name] ?? []);
    const odd = found.value.find((_, at) => axes[at]?.some((value) => !Number.isFinite(value)));
    if (odd) return fail(`A weight for ${odd.name} is not a finite number.`);
    const many = tooMany(axes.reduce((count, axis) => count * axis.length, 1));
    if (many !== undefined) return fail(many);
    const variants = combinations(axes).map((point) => weighed(found.value, point));
    const empty = variants.find((variant) => trainsNothing(asked.terms, variant));
    if (empty) return fail(`With ${empty.label} all weights are 0: nothing would be trained.`);
    return succeed(variants);
  },
};

/** Every choice of one entry from each list; those of the last change fastest. */
function combinations(axes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>(
    (points, axis) => points.flatMap((point) => axis.map((value) => [...point, value])),
    [[]],
  );
}
