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
import { beatMs, type Claim, releaseClaim, renewClaim, takeClaim } from './claim.ts';
import type { EngineChoice } from './engineChoice.ts';
import { type ExperimentRequest, newRecord, overallState } from './experimentRecord.ts';
import { reportExperiment } from './experimentReport.ts';
import { standingOf } from './experimentStanding.ts';
import type { WorkspaceFiles } from './files.ts';
import { HalvingWatch } from './halvingWatch.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import { type PlannedExperiment, planExperiment } from './planExperiment.ts';
import { RecordWriter } from './recordWriter.ts';
import type { RunCatalog } from './runCatalog.ts';
import {
  createStateFolder,
  readAblationRecord,
  readAblationRecords,
  type Stored,
  timeStampedName,
} from './runFolder.ts';
import { checkPlan, type SharedByArms } from './runPlan.ts';
import type { RunQueue } from './runQueue.ts';
import type { RunStarter } from './runStarter.ts';
import { readDiffs, readPlan, type StoredPlan, writePlan } from './storedPlan.ts';

interface Experiment extends KnownExperiment {
  readonly folder: string;
  readonly diffs: ReadonlyMap<string, string>;
  readonly writer: RecordWriter;
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

/** Longer names would not leave room for the variant and the seed in the names of the runs. */
const longestName = 56;

/** How often experiments of other windows are looked at: whether these have gone or come further. */
const lookMs = 2000;

/** Experiments of this session and of earlier ones; the only writer of `ablation.json`. */
export class Experiments implements Disposable {
  readonly #options: ExperimentsOptions;
  readonly #experiments = new Map<string, Experiment>();
  readonly #changed = new Emitter<AblationRecord>();
  readonly #halving: HalvingWatch;
  readonly #watching: Disposable;
  #timer: Disposable | undefined;
  #renewAt = 0;

  readonly onDidChange = this.#changed.event;

  constructor(options: ExperimentsOptions) {
    this.#options = options;
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
  async load(workspaceFolder: string, damaged: (path: string) => void): Promise<void> {
    const { files } = this.#options;
    for (const stored of await readAblationRecords(files, workspaceFolder, damaged)) {
      if (this.#experiments.has(stored.record.id)) continue;
      const variants = stored.record.variants.map(({ id }) => id);
      const diffs = await readDiffs(files, stored.folder, variants);
      const experiment = this.#know(workspaceFolder, stored, diffs);
      await this.#lookAt(experiment, stored.record);
      this.#changed.fire(experiment.record);
    }
    this.#keepWatch();
  }

  async start(asked: ExperimentRequest): Promise<Result<AblationRecord>> {
    const planned = planExperiment(asked);
    if (!planned.ok) return planned;
    const { config, workspaceFolder } = asked;
    const { choice, steps, plan } = planned.value;
    const seed = plan.runs[0]?.seed ?? 0;
    const baseline = { choice, steps, seed, configText: config.text, configPath: config.path };
    const checked = await checkPlan(this.#options.files, { ...baseline, workspaceFolder });
    if (!checked.ok) return checked;
    const shared = { module: checked.value, training: this.#options.starter.training() };
    const experiment = await this.#create(asked, planned.value, shared);
    return succeed(experiment.record);
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
    const { files, clock } = this.#options;
    const experiment = this.#experiments.get(id);
    const plan = await this.#planOf(id);
    if (!experiment || !plan.ok) return plan.ok ? fail(notKnown) : plan;
    if (experiment.place === 'here') return fail('It is going on.');
    const claim = await takeClaim(files, experiment.folder, clock.now());
    if (!claim) return fail('It is going on in another window.');
    // Whoever had it before may have come further since it was read here.
    const record = (await readAblationRecord(files, experiment.folder)) ?? experiment.record;
    const arms = this.#armsOf(experiment, plan.value);
    const runs = await arms.asOnDisk(record.runs);
    Object.assign(experiment, { claim, arms, place: 'here', interruptedAt: undefined });
    const { reason: _, ...kept } = record;
    const undone = runs.filter(
      ({ runId, state }) => state !== 'finished' && !record.stopped?.includes(runId),
    );
    experiment.record = kept;
    const waiting = runs.map((arm) => (undone.includes(arm) ? queued(arm) : arm));
    this.#change(experiment, { runs: waiting, state: 'running' });
    await experiment.writer.now(experiment.record);
    arms.add(experiment.record.runs.filter(isQueued));
    await this.#endIfDone(experiment);
    this.#keepWatch();
    return succeed(experiment.record);
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
    experiment.interruptedAt = undefined;
    this.#change(experiment, { cleared: true });
    await experiment.writer.now(experiment.record);
    return succeed(undefined);
  }

  /** What an experiment has shown so far; undefined where there is none of this name. */
  report(id: string): AblationReport | undefined {
    const experiment = this.#experiments.get(id);
    if (!experiment) return undefined;
    const { workspaceFolder, record, diffs } = experiment;
    return reportExperiment(this.#options, workspaceFolder, record, diffs);
  }

  dispose(): void {
    this.#watching.dispose();
    this.#timer?.dispose();
    this.#timer = undefined;
    for (const { writer } of this.#experiments.values()) writer.dispose();
    this.#changed.dispose();
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

  #know(
    workspaceFolder: string,
    { folder, record }: Stored<AblationRecord>,
    diffs: ReadonlyMap<string, string>,
  ): Experiment {
    const writer = new RecordWriter(this.#options, folder);
    const state = { place: 'nowhere', interruptedAt: undefined, canGoOn: false } as const;
    const experiment = { workspaceFolder, folder, record, diffs, writer, ...state };
    this.#experiments.set(record.id, experiment);
    return experiment;
  }

  /** Takes in what is on the disk of an experiment that does not run here. */
  async #lookAt(experiment: Experiment, stored: AblationRecord): Promise<void> {
    const { place, record } = experiment;
    const standing = await standingOf(this.#options, experiment, stored);
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
  ): Promise<Experiment> {
    const { files, clock } = this.#options;
    const { workspaceFolder, config } = asked;
    const now = clock.now();
    const name = timeStampedName(config.path, now).slice(0, longestName);
    const { id, folder } = await createStateFolder(files, workspaceFolder, 'ablations', name);
    const claim = await takeClaim(files, folder, now);
    const plan = await writePlan(files, folder, planned, shared);
    const record = newRecord(asked, planned, id, now);
    const experiment = this.#know(workspaceFolder, { folder, record }, planned.plan.diffs);
    const arms = this.#armsOf(experiment, plan);
    Object.assign(experiment, { arms, place: 'here' }, claim ? { claim } : {});
    this.#change(experiment, {});
    await experiment.writer.now(experiment.record);
    arms.add(experiment.record.runs.filter(isQueued));
    this.#keepWatch();
    return experiment;
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
    delete experiment.claim;
    await experiment.writer.now({ ...record, state: state.value });
    // Told of last: whoever hears of the end may want to run the rest, or to clear it, at once.
    if (claim) await this.#attempt(releaseClaim(this.#options.files, claim), experiment);
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
      await this.#renewClaims(going);
      for (const experiment of going) await this.#lookAgain(experiment);
      if (this.#timer === undefined) return;
      this.#timer = undefined;
      if (going.length > 0) this.#keepWatch();
    });
  }

  async #renewClaims(going: readonly Experiment[]): Promise<void> {
    const { clock, files } = this.#options;
    if (clock.now() < this.#renewAt) return;
    this.#renewAt = clock.now() + beatMs;
    for (const experiment of going) {
      const { claim } = experiment;
      if (claim) await this.#attempt(renewClaim(files, claim), experiment);
    }
  }

  async #lookAgain(experiment: Experiment): Promise<void> {
    if (experiment.place !== 'elsewhere') return;
    const stored = await readAblationRecord(this.#options.files, experiment.folder);
    // It may have been taken over from here meanwhile.
    if (stored && experiment.place === 'elsewhere') await this.#lookAt(experiment, stored);
  }

  /** A claim that cannot be written stops no run. */
  async #attempt(writing: Promise<void>, { folder }: Experiment): Promise<void> {
    await writing.catch((error) =>
      this.#options.logger.warn(`The claim on ${folder} could not be written: ${error}`),
    );
  }
}

const notKnown = 'This ablation is not known any more; was its folder deleted?';

const isQueued = ({ state }: Arm): boolean => state === 'queued';

function queued(arm: Arm): Arm {
  return { ...arm, state: 'queued' };
}
