import { bindTerms } from '../discovery/bindMetrics.ts';
import { sharedGroupOf } from '../discovery/sharedGroup.ts';
import type { Finding } from '../model/finding.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import type { TermEvidence } from '../rules/rule.ts';
import { findingKey, runRules } from '../rules/runRules.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { ConfigFile } from './configFile.ts';
import type { KnownRun } from './knownRun.ts';
import { BoundRunEvidence } from './runEvidence.ts';

/** Weights by term, as a run was trained with them. */
export type Weights = ReadonlyMap<string, number>;

interface CachedEvidence {
  readonly evidence: BoundRunEvidence;
  readonly metrics: number;
  /** The binding is looked at again when there are twice as many points: scales show late. */
  readonly rebindAt: number;
  readonly project: ProjectFile | undefined;
  readonly snapshot: Weights | undefined;
}

/** What the runs bound to one config say about its terms; one object for each open config. */
export class ConfigEvidence {
  readonly #store: MetricStore;
  readonly #cached = new Map<string, CachedEvidence>();
  /** What the rules said last, by run: it outlives a new binding. */
  readonly #firing = new Map<string, ReadonlySet<string>>();
  /** Weights at the time when a watched log was first seen: it brings no snapshot of its own. */
  readonly #seenWeights = new Map<string, Weights>();

  constructor(store: MetricStore) {
    this.#store = store;
  }

  /** The up-to-date evidence of a run. */
  of(
    config: ConfigFile,
    run: KnownRun,
    snapshot: Weights | undefined,
    project: ProjectFile | undefined,
  ): BoundRunEvidence {
    const evidence = this.#entry(config, run, snapshot, project).evidence;
    evidence.refresh();
    return evidence;
  }

  /** What the rules say about a run; remembers it, for their hysteresis. */
  findings(run: KnownRun, project: ProjectFile | undefined): readonly Finding[] {
    const cached = this.#cached.get(run.id);
    if (!cached) return [];
    const before = this.#firing.get(run.id) ?? new Set<string>();
    const findings = runRules(cached.evidence, project?.rules, before);
    this.#firing.set(run.id, new Set(findings.map(findingKey)));
    return findings;
  }

  /** Points came in between others: what was derived from them is void. */
  forget(runId: string): void {
    this.#cached.delete(runId);
  }

  /** The log of a run is another one now, perhaps of another training with other weights. */
  restart(runId: string): void {
    this.#cached.delete(runId);
    this.#firing.delete(runId);
    this.#seenWeights.delete(runId);
  }

  /** Bindings may be others now. */
  forgetAll(): void {
    this.#cached.clear();
  }

  #entry(
    config: ConfigFile,
    run: KnownRun,
    snapshot: Weights | undefined,
    project: ProjectFile | undefined,
  ): CachedEvidence {
    const metrics = this.#store.metrics(run.id);
    const points = this.#store.pointCount(run.id);
    const before = this.#cached.get(run.id);
    const fresh =
      before?.metrics === metrics.length &&
      points < before.rebindAt &&
      before.project === project &&
      before.snapshot === snapshot;
    if (before && fresh) return before;
    const terms = termsOf(this.#weights(config, run, snapshot));
    const entry: CachedEvidence = {
      evidence: new BoundRunEvidence({
        store: this.#store,
        runId: run.id,
        terms,
        binding: bindTerms(
          terms,
          metrics,
          project,
          (name) => this.#store.series(run.id, name)?.values,
        ),
        group: run.record?.sharedGroup ?? sharedGroupOf(metrics) ?? 'all parameters',
      }),
      metrics: metrics.length,
      rebindAt: Math.max(64, points * 2),
      project,
      snapshot,
    };
    this.#cached.set(run.id, entry);
    return entry;
  }

  #weights(config: ConfigFile, run: KnownRun, snapshot: Weights | undefined): Weights {
    // The copy of a run that was started here is whole; one that somebody else wrote may lack terms.
    if (snapshot && run.configPath !== undefined) return snapshot;
    const seen = this.#seen(config, run);
    return snapshot ? new Map([...seen, ...snapshot]) : seen;
  }

  #seen(config: ConfigFile, run: KnownRun): Weights {
    const seen = this.#seenWeights.get(run.id);
    if (seen && seen.size > 0) return seen;
    const weights = weightsOf(config);
    this.#seenWeights.set(run.id, weights);
    return weights;
  }
}

/** The weights that a config sets; terms without a number are left out. */
export function weightsOf(config: Pick<ConfigFile, 'terms'>): Weights {
  return new Map(
    config.terms.flatMap(({ name, weight }) =>
      weight === undefined ? [] : [[name, weight] as const],
    ),
  );
}

function termsOf(weights: Weights): readonly TermEvidence[] {
  return [...weights].map(([name, weight]) => ({ name, weight }));
}
