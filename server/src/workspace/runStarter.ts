import { basename, join, relative, sep } from 'node:path';

import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchHandle,
  LaunchSpec,
  SlurmLaunch,
  TaskLaunch,
} from '../ablation/launcher.ts';
import type { Clock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { isFinalState, noticeLimit, type RunRecord } from '../model/run.ts';
import { leftJob } from './clusterJob.ts';
import { cluster, devicesFor } from './devices.ts';
import type { EngineChoice } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';
import { processOf, thisProcess } from './owner.ts';
import { prepareArmResumption, prepareResumption, type Resumption } from './resumption.ts';
import type { RunCatalog } from './runCatalog.ts';
import { createStateFolder, snapshotName, timeStampedName, writeRunRecord } from './runFolder.ts';
import { type ArmPlan, baseOf, checkPlan, type RunPlan } from './runPlan.ts';
import type { RunQueue } from './runQueue.ts';
import { launchSpec, onDevice, type TrainingSettings, taskSpec } from './runSpec.ts';
import type { RunStatus, StartedRun } from './startedRun.ts';
import { keepTaskModule } from './taskModule.ts';

export interface RunStarterOptions {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: RunQueue;
  readonly launchers: {
    readonly task: Launcher<TaskLaunch>;
    readonly command: Launcher<Extract<LaunchSpec, { engine: 'command' }>>;
    readonly slurm: Launcher<SlurmLaunch>;
  };
  readonly training: () => TrainingSettings;
}

/** A run from the moment it is asked for to its end. */
interface OwnRun {
  readonly workspaceFolder: string;
  readonly spec: LaunchSpec;
  readonly finish: (record: RunRecord) => void;
  readonly ended: Promise<RunRecord>;
  status: RunStatus;
  handle: LaunchHandle | undefined;
}

/** Starts runs, single ones when their turn comes; the only writer of `run.json`. */
export class RunStarter {
  readonly #options: RunStarterOptions;
  readonly #runs = new Map<string, OwnRun>();
  readonly #progress = new Emitter<RunStatus>();
  #writing: Promise<boolean> = Promise.resolve(true);
  #disposed = false;

  /** A run was queued, has started, come further or ended. */
  readonly onDidProgress = this.#progress.event;

  constructor(options: RunStarterOptions) {
    this.#options = options;
  }

  status(id: string): RunStatus | undefined {
    return this.#runs.get(basename(id))?.status;
  }

  /** Queues a run. */
  async start(plan: RunPlan): Promise<Result<StartedRun>> {
    const { files, clock } = this.#options;
    const module = await checkPlan(files, plan);
    if (!module.ok) return module;
    const name = timeStampedName(plan.configPath, clock.now());
    const shared = { module: module.value, training: this.training() };
    const run = await this.#prepare({ ...plan, ...shared, name }, {});
    return run.ok ? succeed(this.#enqueue(run.value, plan.choice)) : run;
  }

  /** How built-in tasks are trained as things stand. */
  training(): TrainingSettings {
    return this.#options.training();
  }

  /** Launches an arm of an experiment, whose turn has come, at once. */
  async startArm(plan: ArmPlan): Promise<Result<StartedRun>> {
    const run = await this.#prepare(plan, { device: plan.device });
    return run.ok ? succeed(this.#launchNow(run.value, plan.device)) : run;
  }

  /**
   * Lets a run of a built-in task that ended early go on from its checkpoint, with the config in its
   * folder and under its own name.
   */
  async resume(run: KnownRun): Promise<Result<StartedRun>> {
    const { files, clock } = this.#options;
    const prepared = await prepareResumption(files, run, clock.now());
    const own = await this.#takeUp(run, prepared, this.training());
    return own.ok ? succeed(this.#enqueue(own.value, { engine: 'task', task: '' })) : own;
  }

  /** Lets an arm whose turn has come again go on from its checkpoint, at once. */
  async resumeArm(
    run: KnownRun,
    device: string,
    training: TrainingSettings,
  ): Promise<Result<StartedRun>> {
    const { files, clock } = this.#options;
    const prepared = await prepareArmResumption(files, run, clock.now());
    const own = await this.#takeUp(run, prepared, training);
    return own.ok ? succeed(this.#launchNow(own.value, device)) : own;
  }

  /** Looks after a run that an earlier session gave to a cluster. */
  async followJob(run: KnownRun): Promise<Result<StartedRun>> {
    const left = leftJob(run);
    if (!left) return fail(`${run.name} is on no cluster, or has ended.`);
    if (this.#runs.has(left.record.id)) return fail(`${run.name} is looked after already.`);
    const own = await this.#register(left.workspaceFolder, run.id, left.record, left.spec);
    return own.ok ? succeed(this.#launchNow(own.value, cluster.name)) : own;
  }

  /** Takes a run out of the queue, or asks it to stop; false where it is not ours or has ended. */
  cancel(id: string): boolean {
    const run = this.#runs.get(basename(id));
    if (!run) return false;
    if (run.handle) run.handle.cancel();
    else {
      this.#options.queue.cancel([run.status.record.id]);
      this.#end(run, { state: 'cancelled', exitCode: null, signal: null });
    }
    return true;
  }

  dispose(): void {
    // What is ended from here is not ended for good: its record says that it runs, so it goes on later.
    this.#disposed = true;
    this.#options.queue.dispose();
    this.#options.launchers.task.dispose();
    this.#options.launchers.command.dispose();
    this.#options.launchers.slurm.dispose();
    this.#progress.dispose();
  }

  /** The folder of a new run, with its config and its record. */
  async #prepare(plan: Omit<ArmPlan, 'device'>, more: Partial<RunRecord>): Promise<Result<OwnRun>> {
    const { files, clock } = this.#options;
    const now = clock.now();
    const { choice, module, training, name } = plan;
    const { id, folder } = await createStateFolder(files, plan.workspaceFolder, 'runs', name);
    const configPath = join(folder, snapshotName(plan.configPath));
    const base = { ...baseOf(plan), runId: id, runFolder: folder, configPath };
    const spec = launchSpec(choice, base, module?.path, training);
    if (!spec.ok) return spec;
    await files.writeAtomically(configPath, plan.configText);
    await keepTaskModule(files, folder, module);
    const record: RunRecord = {
      schema: 1,
      id,
      engine: choice.engine,
      config: relative(plan.workspaceFolder, plan.configPath).split(sep).join('/'),
      state: 'queued',
      seed: plan.seed,
      ...(plan.steps === undefined ? {} : { steps: plan.steps, askedSteps: plan.steps }),
      startedAt: now,
      owner: thisProcess(),
      ...(spec.value.engine === 'command' ? { command: [...spec.value.command] } : {}),
      ...(plan.ablation ? { ablation: plan.ablation } : {}),
      ...more,
    };
    return this.#register(plan.workspaceFolder, folder, record, spec.value);
  }

  async #takeUp(
    run: KnownRun,
    prepared: Result<Resumption>,
    training: TrainingSettings,
  ): Promise<Result<OwnRun>> {
    if (!prepared.ok) return prepared;
    const { workspaceFolder, before, record, base, modulePath } = prepared.value;
    // Asked last: a second click may have been faster.
    if (this.#runs.has(record.id)) return fail(`${run.name} is still going on.`);
    const spec = taskSpec(base, modulePath, training, 'resume');
    const own = await this.#register(workspaceFolder, run.id, record, spec);
    if (!own.ok) this.#options.catalog.putRecord(workspaceFolder, run.id, before);
    return own;
  }

  async #register(
    workspaceFolder: string,
    folder: string,
    record: RunRecord,
    spec: LaunchSpec,
  ): Promise<Result<OwnRun>> {
    const { promise: ended, resolve: finish } = createDeferred<RunRecord>();
    const status: RunStatus = { id: folder, record, step: 0, loss: undefined };
    const run: OwnRun = { workspaceFolder, spec, finish, ended, status, handle: undefined };
    this.#runs.set(record.id, run);
    if (!(await this.#save(run))) {
      this.#runs.delete(record.id);
      this.#options.catalog.remove(folder);
      return fail(`${folder} could not be written; is the disk full, or the folder read-only?`);
    }
    this.#progress.fire(run.status);
    return succeed(run);
  }

  #enqueue(run: OwnRun, choice: EngineChoice): StartedRun {
    const { id, record } = run.status;
    const { queue } = this.#options;
    queue.add([
      {
        runId: record.id,
        group: record.id,
        devices: devicesFor(choice),
        launch: (device) => this.#launch(run, device),
        stop: () => run.handle?.cancel(),
      },
    ]);
    void run.ended.then(() => queue.ended(record.id));
    return { id, record, ended: run.ended };
  }

  #launchNow(run: OwnRun, device: string): StartedRun {
    this.#launch(run, device);
    const { id, record } = run.status;
    return { id, record, ended: run.ended };
  }

  #launch(run: OwnRun, device: string): void {
    // It may have been cancelled while its record was being written.
    if (this.#disposed || isFinalState(run.status.record.state)) return;
    const { launchers, clock } = this.#options;
    const events = this.#eventsOf(run);
    const spec = onDevice(run.spec, device);
    this.#change(run, { state: 'running', startedAt: clock.now() });
    run.handle =
      spec.engine === 'task'
        ? launchers.task.launch(spec, events)
        : 'slurm' in spec
          ? launchers.slurm.launch(spec, events)
          : launchers.command.launch(spec, events);
    void run.handle.ended.then((end) => this.#end(run, end));
  }

  #eventsOf(run: OwnRun): LaunchEvents {
    return {
      submitted: (job) => this.#change(run, { job, state: 'queued' }),
      started: ({ pid, backend, backendReason, sharedGroup, steps }) => {
        const process = pid === undefined ? undefined : processOf(pid);
        const known = { process, backend, backendReason, sharedGroup, steps };
        const given = Object.entries(known).filter(([, value]) => value !== undefined);
        this.#change(run, { ...Object.fromEntries(given), ...this.#begun(run) });
      },
      progress: ({ step, loss }) => {
        run.status = { ...run.status, step, loss };
        this.#progress.fire(run.status);
      },
      notice: ({ text, step }) =>
        this.#note(run, step === undefined ? text : `Step ${step}: ${text}`),
      checkpoint: (checkpointStep) => this.#change(run, { checkpointStep }),
    };
  }

  /** A run that has waited on a cluster begins when its turn comes there. */
  #begun({ status }: OwnRun): Partial<RunRecord> {
    if (status.record.state !== 'queued') return {};
    return { state: 'running', startedAt: this.#options.clock.now() };
  }

  #note(run: OwnRun, notice: string): void {
    const { id, notices = [] } = run.status.record;
    if (notices.includes(notice) || notices.length >= noticeLimit) return;
    this.#options.logger.warn(`Run ${id}: ${notice}`);
    this.#change(run, { notices: [...notices, notice] });
  }

  #end(run: OwnRun, end: LaunchEnd): void {
    if (isFinalState(run.status.record.state)) return;
    if (this.#disposed && end.state !== 'finished') return;
    this.#change(run, {
      state: end.state,
      endedAt: this.#options.clock.now(),
      exitCode: end.exitCode,
      signal: end.signal,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
      ...(end.place === undefined ? {} : { place: end.place }),
    });
    const { record } = run.status;
    this.#runs.delete(record.id);
    void this.#writing.then(() => run.finish(record));
  }

  #change(run: OwnRun, change: Partial<RunRecord>): void {
    run.status = { ...run.status, record: { ...run.status.record, ...change } };
    // Progress first: it has the figures, and the list that the catalog sets off only has the state.
    this.#progress.fire(run.status);
    void this.#save(run);
  }

  /**
   * Writes one after the other, so that an old record never overtakes a newer one. False where it
   * could not be written: the run goes on, and the log says so.
   */
  #save({ workspaceFolder, status }: OwnRun): Promise<boolean> {
    const { files, catalog, logger } = this.#options;
    const { id, record } = status;
    catalog.putRecord(workspaceFolder, id, record);
    this.#writing = this.#writing
      .then(() => writeRunRecord(files, id, record))
      .then(
        () => true,
        (error) => {
          logger.error(`run.json of ${id} could not be written: ${error}`);
          return false;
        },
      );
    return this.#writing;
  }
}
