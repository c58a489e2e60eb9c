import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { AblationRecord, AblationReport } from '../model/ablation.ts';
import { isFinalState, type RunRecord } from '../model/run.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { type Arm, ArmRuns, armKey } from './armRuns.ts';
import type { Claim } from './claim.ts';
import type { EngineChoice } from './engineChoice.ts';
import { ExperimentClaims, type TakenExperiment } from './experimentClaims.ts';
import { type ExperimentRequest, goingOn, overallState } from './experimentRecord.ts';
import { reportExperiment } from './experimentReport.ts';
import { standingOf } from './experimentStanding.ts';
import type { WorkspaceFiles } from './files.ts';
import { HalvingWatch } from './halvingWatch.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import { type NewExperiment, writeExperiment } from './newExperiment.ts';
import type { PlannedExperiment } from './planExperiment.ts';
import { prepareExperiment } from './prepareExperiment.ts';
import { RecordWriter } from './recordWriter.ts';
import type { RunCatalog } from './runCatalog.ts';
import {
  ablationsFolder,
  readAblationRecord,
  readAblationRecords,
  type Stored,
  whyNotWritten,
} from './runFolder.ts';
import type { SharedByArms } from './runPlan.ts';
import type { RunQueue } from './runQueue.ts';
import type { RunStarter } from './runStarter.ts';
import { readDiffs, readPlan, type StoredPlan } from './storedPlan.ts';

interface Experiment extends KnownExperiment {
  readonly folder: string;
  readonly writer: RecordWriter;
  /** Once somebody has asked for the report. */
  diffs?: ReadonlyMap<string, string>;
  record: AblationRecord;
  place: KnownExperiment['place'];
  interruptedAt: number | undefined;
  canGoOn: boolean;
  claim?: Claim;
  arms?: ArmRuns;
}

export interface ExperimentsOptions {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly starter: RunStarter;
  readonly queue: RunQueue;
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often experiments of other windows are looked at: whether these have gone or come further. */
const lookMs = 2000;

/** Experiments of this session and of earlier ones; the only writer of `ablation.json`. */
export class Experiments implements Disposable {
  readonly #options: ExperimentsOptions;
  readonly #experiments = new Map<string, Experiment>();
  readonly #changed = new Emitter<AblationRecord>();
  readonly #claims: ExperimentClaims;
  readonly #halving: HalvingWatch;
  readonly #watching: Disposable;
  #timer: Disposable | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(options: ExperimentsOptions) {
    this.#options = options;
    this.#claims = new ExperimentClaims(options);
    this.#halving = new HalvingWatch(options.store);
    this.#watching = options.catalog.onDidChange(({ record }) => this.#stopHopeless(record));
  }

  /** Newest first, without those that were cleared. */
  all(): readonly KnownExperiment[] {
    return [...this.#experiments.values()]
      .filter(({ record }) => !record.cleared)
      .sort((a, b) => b.record.createdAt - a.record.createdAt);
  }

  /** Takes in the experiments of earlier sessions and of other windows. Runs nothing. */
  async load(workspaceFolder: string, leftOut: (path: string, why: string) => void): Promise<void> {
    const { files } = this.#options;
    for (const stored of await readAblationRecords(files, workspaceFolder, leftOut)) {
      if (this.#experiments.has(stored.record.id)) continue;
      const experiment = this.#know(workspaceFolder, stored);
      await this.#lookAt(experiment, stored.record);
      this.#changed.fire(experiment.record);
    }
    this.#keepWatch();
  }

  async start(asked: ExperimentRequest): Promise<Result<AblationRecord>> {
    const { files, starter } = this.#options;
    const prepared = await prepareExperiment(files, asked);
    if (!prepared.ok) return prepared;
    const { planned, module } = prepared.value;
    const shared = { module, training: starter.training() };
    return this.#create(asked, planned, shared);
  }

  /** What would train the runs of an experiment that have not finished, or why they cannot run. */
  async choiceOf(id: string): Promise<Result<EngineChoice>> {
    const plan = await this.#planOf(id);
    return plan.ok ? succeed(plan.value.choice) : plan;
  }

  /**
   * Runs what has not finished of an experiment: after a crash or the reload of a window, or once more
   * where runs failed or were cancelled. What has finished stays as it is.
   */
  async resume(id: string): Promise<Result<AblationRecord>> {
    const experiment = this.#experiments.get(id);
    const plan = await this.#planOf(id);
    if (!experiment || !plan.ok) return plan.ok ? fail(notKnown) : plan;
    if (experiment.place === 'here') return fail('It is going on.');
    const gone = await this.#claims.withTaken(experiment.folder, experiment.record, (taken) =>
      this.#goOn(experiment, plan.value, taken),
    );
    // Where another window was faster, what it does is to be seen here.
    if (!gone.ok) await this.#lookAgain(experiment);
    this.#keepWatch();
    return gone;
  }

  /** Stops all runs of an experiment that have not ended; false where it does not run here. */
  cancel(id: string): boolean {
    const experiment = this.#experiments.get(id);
    if (experiment?.place !== 'here') return false;
    this.#stop(experiment, experiment.record.runs);
    return true;
  }

  /** Takes an experiment that has ended off the list; its files stay. */
  async clear(id: string): Promise<Result<undefined>> {
    const experiment = this.#experiments.get(id);
    if (!experiment) return fail(notKnown);
    if (experiment.place !== 'nowhere') return fail('It is going on; cancel it first.');
    const cleared = await this.#claims.withTaken<undefined>(
      experiment.folder,
      experiment.record,
      (taken) => this.#takeOffList(experiment, taken),
    );
    if (!cleared.ok) await this.#lookAgain(experiment);
    this.#keepWatch();
    return cleared;
  }

  /** What an experiment has shown so far, by the metrics that were picked; undefined for no such one. */
  async report(id: string, picked: readonly string[] = []): Promise<AblationReport | undefined> {
    const experiment = this.#experiments.get(id);
    if (!experiment) return undefined;
    const { files } = this.#options;
    const { folder, record } = experiment;
    experiment.diffs ??= await readDiffs(files, folder, record.variants);
    return reportExperiment(this.#options, { ...experiment, diffs: experiment.diffs }, picked);
  }

  dispose(): void {
    this.#watching.dispose();
    this.#timer?.dispose();
    this.#timer = undefined;
    for (const { writer } of this.#experiments.values()) writer.dispose();
    this.#changed.dispose();
  }

  async #goOn(
    experiment: Experiment,
    plan: StoredPlan,
    { claim, record }: TakenExperiment,
  ): Promise<Result<AblationRecord>> {
    const arms = this.#armsOf(experiment, plan);
    const runs = await arms.asOnDisk(record.runs);
    Object.assign(experiment, { claim, arms, place: 'here', interruptedAt: undefined });
    experiment.record = goingOn(record, runs);
    this.#change(experiment, {});
    await experiment.writer.now(experiment.record);
    arms.add(experiment.record.runs.filter(isQueued));
    await this.#endIfDone(experiment);
    return succeed(experiment.record);
  }

  async #takeOffList(
    experiment: Experiment,
    { claim, record }: TakenExperiment,
  ): Promise<Result<undefined>> {
    const cleared: AblationRecord = { ...record, cleared: true };
    const written = await experiment.writer.now(cleared);
    await this.#claims.release(claim);
    if (!written) return fail(whyNotWritten(experiment.folder));
    experiment.interruptedAt = undefined;
    this.#change(experiment, cleared);
    return succeed(undefined);
  }

  #stop(experiment: Experiment, arms: readonly Arm[]): void {
    const going = arms.filter(({ state }) => !isFinalState(state));
    const { queue } = this.#options;
    queue.cancel(going.map(armKey));
    // Those that waited have left the queue, or were just about to be put in it.
    const dropped = new Set(going.filter((arm) => !queue.has(armKey(arm))).map(armKey));
    const runs = experiment.record.runs.map((arm) =>
      dropped.has(armKey(arm)) ? { ...arm, state: 'cancelled' as const } : arm,
    );
    this.#change(experiment, { runs });
    void this.#endIfDone(experiment);
  }

  /** A run has come further: where its experiment stops early what has no hope, it looks. */
  #stopHopeless(run: RunRecord | undefined): void {
    const experiment = this.#experiments.get(run?.ablation?.id ?? '');
    const hopeless = experiment?.place === 'here' && this.#halving.next(experiment);
    if (!experiment || !hopeless) return;
    this.#change(experiment, hopeless.change);
    this.#stop(experiment, hopeless.arms);
    this.#stopHopeless(run);
  }

  #know(workspaceFolder: string, { folder, record }: Stored<AblationRecord>): Experiment {
    const writer = new RecordWriter(this.#options, folder);
    const state = { place: 'nowhere', interruptedAt: undefined, canGoOn: false } as const;
    const experiment = { workspaceFolder, folder, record, writer, ...state };
    this.#experiments.set(record.id, experiment);
    return experiment;
  }

  /** Takes in what is on the disk of an experiment that does not run here. */
  async #lookAt(experiment: Experiment, stored: AblationRecord): Promise<void> {
    const { place, record } = experiment;
    const standing = await standingOf(this.#options, experiment, stored);
    // It may have been taken over from here meanwhile.
    if (experiment.place === 'here' || this.#claims.isTaking(experiment.folder)) return;
    Object.assign(experiment, standing);
    const same = place === standing.place && isDeepStrictEqual(record, standing.record);
    if (!same) this.#changed.fire(standing.record);
  }

  async #planOf(id: string): Promise<Result<StoredPlan>> {
    const experiment = this.#experiments.get(id);
    if (!experiment) return fail(notKnown);
    const plan = await readPlan(this.#options.files, experiment.folder);
    return plan
      ? succeed(plan)
      : fail(`${experiment.record.title} has no plan.json to go on by; run the ablation again.`);
  }

  async #create(
    asked: ExperimentRequest,
    planned: PlannedExperiment,
    shared: SharedByArms,
  ): Promise<Result<AblationRecord>> {
    const { files, clock } = this.#options;
    const { workspaceFolder } = asked;
    let written: NewExperiment;
    try {
      written = await writeExperiment(files, asked, planned, shared, clock.now());
    } catch (error) {
      return fail(whyNotWritten(ablationsFolder(workspaceFolder), error));
    }
    const { plan, claim } = written;
    const experiment = this.#know(workspaceFolder, written);
    const arms = this.#armsOf(experiment, plan);
    Object.assign(experiment, { arms, place: 'here' }, claim ? { claim } : {});
    this.#changed.fire(experiment.record);
    arms.add(experiment.record.runs);
    this.#keepWatch();
    return succeed(experiment.record);
  }

  #armsOf(experiment: Experiment, plan: StoredPlan): ArmRuns {
    const { workspaceFolder, record } = experiment;
    return new ArmRuns(this.#options, {
      id: record.id,
      workspaceFolder,
      configPath: join(workspaceFolder, record.config),
      plan,
      changed: async (before, arm) => {
        const runs = experiment.record.runs.map((run) =>
          run.runId === before ? { ...run, ...arm } : run,
        );
        this.#change(experiment, { runs });
        await this.#endIfDone(experiment);
      },
    });
  }

  async #endIfDone(experiment: Experiment): Promise<void> {
    const { record, claim, arms } = experiment;
    const state = overallState(record.runs, record.stopped ?? []);
    if (!arms || !state.ok) return;
    delete experiment.arms;
    if (!(await experiment.writer.now({ ...record, state: state.value }))) {
      // It has not ended before that is on the disk; the watch tries again.
      experiment.arms = arms;
      return;
    }
    delete experiment.claim;
    // Told of last: whoever hears of the end may want to run the rest, or to clear it, at once.
    if (claim) await this.#claims.release(claim);
    experiment.place = 'nowhere';
    experiment.canGoOn = state.value !== 'finished';
    this.#change(experiment, { state: state.value });
  }

  #change(experiment: Experiment, change: Partial<AblationRecord>): void {
    experiment.record = { ...experiment.record, ...change };
    this.#changed.fire(experiment.record);
    // Once it has ended it may be another window's, which must not be overtaken by a late write.
    if (experiment.arms) experiment.writer.soon(experiment.record);
  }

  /** Looks at the experiments of other windows, and tells these of ours, while there are any. */
  #keepWatch(): void {
    this.#timer ??= this.#options.clock.after(lookMs, async () => {
      const going = [...this.#experiments.values()].filter(({ place }) => place !== 'nowhere');
      await this.#claims.renew(going.flatMap(({ claim }) => claim ?? []));
      for (const experiment of going) {
        if (experiment.place === 'elsewhere') await this.#lookAgain(experiment);
        else await this.#endIfDone(experiment);
      }
      if (this.#timer === undefined) return;
      this.#timer = undefined;
      if (going.length > 0) this.#keepWatch();
    });
  }

  async #lookAgain(experiment: Experiment): Promise<void> {
    const stored = await readAblationRecord(this.#options.files, experiment.folder);
    if (stored) await this.#lookAt(experiment, stored);
  }
}

const notKnown = 'This ablation is not known any more; was its folder deleted?';

const isQueued = ({ state }: Arm): boolean => state === 'queued';
