import type { RunBinding } from '../discovery/bindMetrics.ts';
import { metricName } from '../model/metricName.ts';
import type { RunEvidence, SeriesView, TermEvidence } from '../rules/rule.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { type ShareGap, type SharePart, ShareSeries } from './shareSeries.ts';

export interface RunEvidenceSource {
  readonly store: MetricStore;
  /** The store's name of the run. */
  readonly runId: string;
  /** The terms with their weights in the snapshot of the run. */
  readonly terms: readonly TermEvidence[];
  readonly binding: RunBinding;
  readonly group: string;
}

/**
 * The metrics of one run by canonical name, whatever its log calls them. Shares that the log does
 * not hold are derived from what it does: gradient shares from gradient norms and weights, value
 * shares from losses whose scale is known (decisions.md 1).
 */
export class BoundRunEvidence implements RunEvidence {
  readonly terms: readonly TermEvidence[];
  readonly group: string;
  readonly binding: RunBinding;
  readonly #store: MetricStore;
  readonly #runId: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #gradientShares: ShareSeries;
  readonly #valueShares: ShareSeries;

  constructor({ store, runId, terms, binding, group }: RunEvidenceSource) {
    this.terms = terms;
    this.group = group;
    this.binding = binding;
    this.#store = store;
    this.#runId = runId;
    this.#names = originalNames(terms, binding);
    this.#gradientShares = new ShareSeries(
      terms.map(({ name, weight }) => ({ term: name, factor: weight })),
    );
    this.#valueShares = new ShareSeries(valueShareParts(terms, binding));
  }

  get probes(): number {
    const lengths = this.terms.map(
      ({ name }) => this.series(metricName.gradientShare(name))?.values.length ?? 0,
    );
    return lengths.length === 0 ? 0 : Math.min(...lengths);
  }

  /** The names of all that was logged, as the log has them. */
  get metrics(): readonly string[] {
    return this.#store.metrics(this.#runId);
  }

  /** Takes in what the log has got since the last call. */
  refresh(): void {
    this.#gradientShares.update((term) => this.#logged(metricName.gradient(term)));
    this.#valueShares.update((term) => this.#logged(metricName.loss(term)));
  }

  series(metric: string): SeriesView | undefined {
    return this.#logged(metric) ?? this.#derived(metric);
  }

  /** What is missing of a metric that no log holds and that is derived from others. */
  gap(metric: string): ShareGap | undefined {
    return this.#logged(metric) ? undefined : this.#sharesOf(metric)?.gap;
  }

  /** The name in the store of a canonical metric; undefined where no log holds it. */
  storedName(metric: string): string | undefined {
    const direct = this.originalName(metric);
    if (this.#store.series(this.#runId, direct)) return direct;
    const pair = /^cos\/(.+)~(.+)$/.exec(metric);
    const reversed = pair && metricName.cosine(pair[2] ?? '', pair[1] ?? '');
    return reversed && this.#store.series(this.#runId, reversed) ? reversed : undefined;
  }

  /** The name in the log of a canonical metric. */
  originalName(metric: string): string {
    return this.#names.get(metric) ?? metric;
  }

  #logged(metric: string): SeriesView | undefined {
    const name = this.storedName(metric);
    return name === undefined ? undefined : this.#store.series(this.#runId, name);
  }

  #derived(metric: string): SeriesView | undefined {
    return this.#sharesOf(metric)?.series(metric.slice(metric.indexOf('/') + 1));
  }

  #sharesOf(metric: string): ShareSeries | undefined {
    if (metric.startsWith('grad_share/')) return this.#gradientShares;
    return metric.startsWith('value_share/') ? this.#valueShares : undefined;
  }
}

function originalNames(
  terms: readonly TermEvidence[],
  binding: RunBinding,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (binding.total) names.set(metricName.totalLoss, binding.total);
  for (const { name } of terms) {
    const bound = binding.terms.get(name);
    if (bound?.loss) names.set(metricName.loss(name), bound.loss);
    if (bound?.gradient) names.set(metricName.gradient(name), bound.gradient);
  }
  return names;
}

/** Factors that make logged losses comparable; none where the scale of one is unknown. */
function valueShareParts(
  terms: readonly TermEvidence[],
  binding: RunBinding,
): readonly SharePart[] {
  const scales = terms.map(({ name }) => binding.terms.get(name)?.scale ?? 'unknown');
  if (scales.includes('unknown')) return [];
  return terms.map(({ name, weight }, index) => ({
    term: name,
    factor: scales[index] === 'raw' ? weight : 1,
  }));
}
