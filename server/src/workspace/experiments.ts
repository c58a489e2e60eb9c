import { join, relative, sep } from 'node:path';

import { baselineId } from '../ablation/plan.ts';
import { buildReport } from '../ablation/report.ts';
import type { TermMetric } from '../ablation/reporting/arms.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { type Result, succeed } from '../base/result.ts';
import { bindTerms } from '../discovery/bindMetrics.ts';
import type { AblationRecord, AblationReport } from '../model/ablation.ts';
import { isFinalState, type RunState } from '../model/run.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { StoredSeries } from '../store/storedSeries.ts';
import type { WorkspaceFiles } from './files.ts';
import { type AskedExperiment, type PlannedExperiment, planExperiment } from './planExperiment.ts';
import type { RunCatalog } from './runCatalog.ts';
import {
  createStateFolder,
  readAblationRecords,
  runsFolder,
  timeStampedName,
  writeAblationRecord,
} from './runFolder.ts';
import type { RunStarter, StartedRun } from './runStarter.ts';

/** What is asked for, with the config as it stands. */
export interface ExperimentRequest extends AskedExperiment {
  readonly workspaceFolder: string;
}

interface Experiment {
  readonly workspaceFolder: string;
  readonly folder: string;
  record: AblationRecord;
  readonly diffs: ReadonlyMap<string, string>;
  /** Whose word on metric names counts. */
  readonly project: AblationRecord['project'];
  /** Asked to stop, perhaps before its runs had names. */
  cancelled: boolean;
}

export interface ExperimentsOptions {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly starter: RunStarter;
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Experiments of this session and of earlier ones; the only writer of `ablation.json`. */
export class Experiments {
  readonly #options: ExperimentsOptions;
  readonly #experiments = new Map<string, Experiment>();
  readonly #changed = new Emitter<AblationRecord>();
  #writing: Promise<void> = Promise.resolve();

  readonly onDidChange = this.#changed.event;

  constructor(options: ExperimentsOptions) {
    this.#options = options;
  }

  /** Newest first, each with the workspace folder it belongs to. */
  all(): readonly { readonly workspaceFolder: string; readonly record: AblationRecord }[] {
    return [...this.#experiments.values()].sort((a, b) => b.record.createdAt - a.record.createdAt);
  }

  /** Takes in the experiments of earlier sessions. */
  async load(workspaceFolder: string, damaged: (path: string) => void): Promise<void> {
    const { files } = this.#options;
    for (const { folder, record } of await readAblationRecords(files, workspaceFolder, damaged)) {
      if (this.#experiments.has(record.id)) continue;
      const diffs = await this.#readDiffs(folder, record);
      const kept = this.#asItIsNow(workspaceFolder, record);
      const experiment = {
        workspaceFolder,
        folder,
        record: kept,
        diffs,
        project: kept.project,
        cancelled: false,
      };
      this.#experiments.set(record.id, experiment);
      this.#changed.fire(kept);
    }
  }

  /** The states of its runs may be newer, and whoever ran it may be gone. */
  #asItIsNow(workspaceFolder: string, record: AblationRecord): AblationRecord {
    if (isFinalState(record.state)) return record;
    const runs = record.runs.map((run) => {
      const known = this.#options.catalog.find(join(runsFolder(workspaceFolder), run.runId));
      return { ...run, state: known?.record?.state ?? run.state };
    });
    // Another window may be at it still.
    if (runs.some(({ state }) => !isFinalState(state))) return { ...record, runs };
    return { ...record, runs, state: 'crashed', reason: 'The window that ran it was closed.' };
  }

  async start(asked: ExperimentRequest): Promise<Result<AblationRecord>> {
    const planned = planExperiment(asked);
    if (!planned.ok) return planned;
    const experiment = await this.#create(asked, planned.value);
    const runs = await this.#startRuns(asked, experiment, planned.value);
    if (!runs.ok) {
      await this.#save(experiment, { state: 'failed', reason: runs.error });
      return runs;
    }
    await this.#save(experiment, {
      state: 'running',
      runs: runs.value.map(({ record }) => ({
        runId: record.id,
        variant: record.ablation?.variant ?? '',
        seed: record.seed,
        state: record.state,
      })),
    });
    void this.#follow(experiment, runs.value);
    if (experiment.cancelled) this.cancel(experiment.record.id);
    return succeed(experiment.record);
  }

  /** Stops all runs of an experiment that have not ended; false where it does not run here. */
  cancel(id: string): boolean {
    const experiment = this.#experiments.get(id);
    if (!experiment || isFinalState(experiment.record.state)) return false;
    experiment.cancelled = true;
    const parent = runsFolder(experiment.workspaceFolder);
    // From the last to the first, so that the end of one does not start the next.
    for (const { runId } of [...experiment.record.runs].reverse()) {
      this.#options.starter.cancel(join(parent, runId));
    }
    return true;
  }

  /** What an experiment has shown so far; undefined where there is none of this name. */
  report(id: string): AblationReport | undefined {
    const experiment = this.#experiments.get(id);
    if (!experiment) return undefined;
    const { record, diffs } = experiment;
    const results = record.runs.map((run) => this.#resultOf(experiment, run));
    const baseline = results.find(({ variant }) => variant === baselineId);
    return buildReport({
      record,
      diffs,
      results,
      terms: (record.terms ?? []).map(({ name }) => name),
      ...(baseline
        ? { termMetrics: termMetrics(record, baseline.series, experiment.project) }
        : {}),
      ...(record.metrics ? { metrics: record.metrics } : {}),
    });
  }

  #resultOf({ workspaceFolder }: Experiment, run: AblationRecord['runs'][number]) {
    const { store, catalog } = this.#options;
    const path = join(runsFolder(workspaceFolder), run.runId);
    const series = new Map<string, StoredSeries>();
    for (const name of store.metrics(path)) {
      const found = store.series(path, name);
      if (found) series.set(name, found);
    }
    const reason = catalog.find(path)?.record?.reason;
    return { ...run, ...(reason === undefined ? {} : { reason }), series };
  }

  /** Queues all runs, or none: the first that cannot be started takes the others back. */
  async #startRuns(
    { workspaceFolder, config }: ExperimentRequest,
    { record }: Experiment,
    { plan, choice, steps }: PlannedExperiment,
  ): Promise<Result<readonly StartedRun[]>> {
    const { starter } = this.#options;
    const runs: StartedRun[] = [];
    for (const { variant, seed } of plan.runs) {
      const run = await starter.start({
        choice,
        steps,
        workspaceFolder,
        configPath: config.path,
        configText: plan.texts.get(variant) ?? config.text,
        seed,
        ablation: { id: record.id, variant },
      });
      if (!run.ok) {
        for (const { id } of runs) starter.cancel(id);
        return run;
      }
      runs.push(run.value);
    }
    return succeed(runs);
  }

  async #create(asked: ExperimentRequest, planned: PlannedExperiment): Promise<Experiment> {
    const { files, clock } = this.#options;
    const { workspaceFolder, config, request } = asked;
    const { plan, ready } = planned;
    const name = timeStampedName(config.path, clock.now());
    const { id, folder } = await createStateFolder(files, workspaceFolder, 'ablations', name);
    for (const [variant, diff] of plan.diffs) {
      await files.writeAtomically(join(folder, `${variant}.diff`), diff);
    }
    const project = asked.found?.project;
    const record: AblationRecord = {
      schema: 1,
      id,
      config: relative(workspaceFolder, config.path).split(sep).join('/'),
      title: plan.title,
      request,
      ...(ready ? { question: ready.question, leading: [...(ready.metrics ?? [])] } : {}),
      ...(plan.notes.length === 0 ? {} : { notes: [...plan.notes] }),
      terms: config.terms.flatMap(({ name, weight }) =>
        weight === undefined ? [] : [{ name, weight }],
      ),
      ...(project?.ablation?.metrics ? { metrics: project.ablation.metrics } : {}),
      ...(project ? { project: { terms: project.terms, total: project.total } } : {}),
      variants: [...plan.variants],
      runs: [],
      createdAt: clock.now(),
      state: 'queued',
    };
    const { diffs } = plan;
    const experiment: Experiment = {
      workspaceFolder,
      folder,
      record,
      diffs,
      project,
      cancelled: false,
    };
    this.#experiments.set(id, experiment);
    await this.#save(experiment, {});
    return experiment;
  }

  async #readDiffs(folder: string, record: AblationRecord): Promise<ReadonlyMap<string, string>> {
    const diffs = new Map<string, string>();
    for (const { id } of record.variants) {
      const text = await this.#options.files.readText(join(folder, `${id}.diff`));
      diffs.set(id, text ?? '');
    }
    return diffs;
  }

  /** Keeps the states of the runs in the record until the last one has ended. */
  async #follow(experiment: Experiment, runs: readonly StartedRun[]): Promise<void> {
    const setState = async (runId: string, state: RunState): Promise<void> => {
      await this.#save(experiment, {
        runs: experiment.record.runs.map((run) => (run.runId === runId ? { ...run, state } : run)),
      });
    };
    const watching = this.#options.starter.onDidProgress(({ record }) => {
      const known = experiment.record.runs.find(({ runId }) => runId === record.id);
      if (known && known.state !== record.state && !isFinalState(record.state)) {
        void setState(record.id, record.state);
      }
    });
    await Promise.all(runs.map(({ ended }) => ended.then(({ id, state }) => setState(id, state))));
    watching.dispose();
    const states = experiment.record.runs.map(({ state }) => state);
    await this.#save(experiment, { state: overallState(states) });
  }

  /** Writes one after the other, so that an old record never overtakes a newer one. */
  async #save(experiment: Experiment, change: Partial<AblationRecord>): Promise<void> {
    experiment.record = { ...experiment.record, ...change };
    const { folder, record } = experiment;
    this.#changed.fire(record);
    const { files, logger } = this.#options;
    this.#writing = this.#writing
      .then(() => writeAblationRecord(files, folder, record))
      .catch((error) => logger.error(`ablation.json of ${folder} could not be written: ${error}`));
    await this.#writing;
  }
}

/** Cancelled beats failed: whoever stops an experiment does not want to hear of faults. */
function overallState(states: readonly RunState[]): RunState {
  const order: readonly RunState[] = ['cancelled', 'crashed', 'failed'];
  return order.find((state) => states.includes(state)) ?? 'finished';
}

/** Which metrics log the losses of an experiment: its runs are bound as any others are. */
function termMetrics(
  { terms = [] }: AblationRecord,
  series: ReadonlyMap<string, StoredSeries>,
  project: AblationRecord['project'],
): ReadonlyMap<string, TermMetric> {
  const bound = bindTerms(terms, [...series.keys()], project, (name) => series.get(name)?.values);
  return new Map(
    [...bound.terms].flatMap(([name, { loss, scale }]) =>
      loss === undefined ? [] : [[name, { metric: loss, scale }] as const],
    ),
  );
}
