import { join } from 'node:path';

import { findHopeless, valuesAtLooks } from '../ablation/halving.ts';
import { variantLabel } from '../ablation/variantLabel.ts';
import type { AblationRecord } from '../model/ablation.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import { runsFolder } from './runFolder.ts';

/** A variant to stop: what changes in the record of its experiment, and its runs that have not ended. */
export interface HopelessVariant {
  readonly change: Pick<AblationRecord, 'notes' | 'stopped'>;
  readonly arms: AblationRecord['runs'];
}

/** Looks which variants of running experiments have no hope by what the store holds of their runs. */
export class HalvingWatch {
  readonly #store: Pick<MetricStore, 'series'>;
  /** What runs had at their looks, by their folders. */
  readonly #known = new Map<string, readonly (number | undefined)[]>();

  constructor(store: Pick<MetricStore, 'series'>) {
    this.#store = store;
  }

  /** The next variant to stop; none where the experiment stops none early, or all have been. */
  next({
    workspaceFolder,
    record,
  }: Pick<KnownExperiment, 'record' | 'workspaceFolder'>): HopelessVariant | undefined {
    const { halving, runs, stopped = [], notes = [] } = record;
    if (!halving) return undefined;
    const folder = runsFolder(workspaceFolder);
    const reports = runs.map((arm) => ({
      ...arm,
      values: this.#lookAt(join(folder, arm.runId), halving, arm.state),
    }));
    const found = findHopeless(halving, reports).filter(({ runId }) => !stopped.includes(runId));
    const [first] = found;
    if (!first) return undefined;
    const { variant, why } = first;
    const runIds = found.filter((one) => one.variant === variant).map(({ runId }) => runId);
    return {
      change: {
        stopped: [...stopped, ...runIds],
        notes: [...notes, `${variantLabel(record, variant)} was stopped early: ${why}.`],
      },
      arms: runs.filter(({ runId }) => runIds.includes(runId)),
    };
  }

  /** What a look has found once stays: the store may let go of the detail of a long run. */
  #lookAt(
    folder: string,
    halving: NonNullable<AblationRecord['halving']>,
    state: AblationRecord['runs'][number]['state'],
  ): readonly (number | undefined)[] {
    const before = this.#known.get(folder) ?? [];
    if (before.length > 0 && before.every((value) => value !== undefined)) return before;
    const series = this.#store.series(folder, halving.metric);
    const now = valuesAtLooks(halving, series, state).map((value, look) => before[look] ?? value);
    this.#known.set(folder, now);
    return now;
  }
}
