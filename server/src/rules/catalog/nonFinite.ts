import type { Finding } from '../../model/finding.ts';
import { metricName } from '../../model/metricName.ts';
import { constant } from '../exampleSeries.ts';
import type { Rule, RunEvidence, SeriesView } from '../rule.ts';
import { formatList } from '../wording.ts';

/** The first value of a metric that is no finite number. */
interface Break {
  readonly term: string;
  readonly what: 'loss' | 'gradient';
  readonly step: number;
  readonly value: number;
}

/** R11: where a NaN or an infinity came from. */
export const nonFinite: Rule = {
  id: 'R11',
  name: 'non-finite',
  description:
    'A loss or a gradient became NaN or infinite; names the step and the loss that was first.',
  // The whole run is looked at: what broke first explains all that follows.
  options: { window: 50 },
  examples: [
    {
      title: 'one loss becomes NaN, the other follows a step later',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: {
        'loss/a': [1, 0.9, 0.8, Number.NaN, Number.NaN],
        'loss/b': [1, 0.9, Number.NaN, Number.NaN, Number.NaN],
      },
      fires: ['b'],
    },
    {
      title: 'a gradient is infinite while its loss is still finite',
      terms: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      metrics: {
        'loss/a': constant(1, 5),
        'grad/a': [1, 2, Number.POSITIVE_INFINITY],
        'loss/b': constant(1, 5),
      },
      fires: ['a'],
    },
    {
      title: 'large and small values, all finite',
      terms: [{ name: 'a', weight: 1 }],
      metrics: { 'loss/a': [1e30, 0, -5, 1e-300], 'grad/a': constant(0, 4) },
      fires: [],
    },
  ],
  evaluate(evidence) {
    const breaks = evidence.terms.flatMap(({ name }) => findBreaks(evidence, name));
    const first = breaks.reduce<Break | undefined>(earlier, undefined);
    return first ? [speak(first, breaks)] : [];
  },
};

function findBreaks(evidence: RunEvidence, term: string): readonly Break[] {
  const kinds = [
    { what: 'loss', series: evidence.series(metricName.loss(term)) },
    { what: 'gradient', series: evidence.series(metricName.gradient(term)) },
  ] as const;
  return kinds.flatMap(({ what, series }) => {
    const found = series && firstNonFinite(series);
    return found ? [{ term, what, step: found.step, value: found.value }] : [];
  });
}

function firstNonFinite(series: SeriesView): Pick<Break, 'step' | 'value'> | undefined {
  if (series.firstNonFinite) return series.firstNonFinite();
  const { steps, values } = series;
  for (let index = 0; index < values.length; index += 1) {
    const value = values.at(index);
    if (value !== undefined && !Number.isFinite(value)) {
      return { step: steps.at(index) ?? Number.NaN, value };
    }
  }
  return undefined;
}

/** The earlier of two; at the same step a loss goes before a gradient, which follows from it. */
function earlier(best: Break | undefined, next: Break): Break {
  if (!best || next.step < best.step) return next;
  const isCause = next.what === 'loss' && best.what === 'gradient';
  return next.step === best.step && isCause ? next : best;
}

function speak(first: Break, breaks: readonly Break[]): Finding {
  const together = breaks.filter(
    ({ term, step, what }) => term !== first.term && step === first.step && what === first.what,
  );
  const others = formatList(together.map(({ term }) => term));
  const also = others === '' ? 'before any other loss' : `together with ${others}`;
  const what = first.what === 'loss' ? first.term : `The gradient of ${first.term}`;
  const became = Number.isNaN(first.value) ? 'NaN' : 'infinite';
  return {
    rule: nonFinite.id,
    name: nonFinite.name,
    severity: 'error',
    term: first.term,
    message: `${what} became ${became} at step ${first.step}, ${also}.`,
    fixes: [],
  };
}
