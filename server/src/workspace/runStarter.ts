import { basename } from 'node:path';

import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchHandle,
  LaunchSpec,
  SlurmLaunch,
  TaskLaunch,
} from '../ablation/launcher.ts';
import type { Device } from '../ablation/queue.ts';
import type { Clock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { isFinalState, noticeLimit, type RunRecord, type RunState } from '../model/run.ts';
import { whileClaimed } from './claim.ts';
import { leftJob } from './clusterJob.ts';
import { accelerator, cluster, devicesFor } from './devices.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';
import { endLeftovers } from './leftovers.ts';
import { writeNewRun } from './newRun.ts';
import { processOf } from './owner.ts';
import { prepareArmResumption, prepareResumption, type Resumption } from './resumption.ts';
import type { RunCatalog } from './runCatalog.ts';
import { runsFolder, timeStampedName, whyNotWritten } from './runFolder.ts';
import { type ArmPlan, checkPlan, type RunPlan } from './runPlan.ts';
import type { RunQueue } from './runQueue.ts';
import { RunRecordWriter } from './runRecordWriter.ts';
import { onDevice, type TrainingSettings, taskSpec } from './runSpec.ts';
import type { RunStatus, StartedRun } from './startedRun.ts';

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
  readonly states: Emitter<RunState>;
  /** Why it fails when its turn comes. */
  readonly problem: string | undefined;
  status: RunStatus;
  handle: LaunchHandle | undefined;
}

/** Starts runs, single ones when their turn comes; the only writer of `run.json`. */
export class RunStarter {
  readonly #options: RunStarterOptions;
  readonly #runs = new Map<string, OwnRun>();
  readonly #progress = new Emitter<RunStatus>();
  readonly #records: RunRecordWriter;
  #disposed = false;

  /** A run was queued, has started, come further or ended. */
  readonly onDidProgress = this.#progress.event;

  constructor(options: RunStarterOptions) {
    this.#options = options;
    this.#records = new RunRecordWriter(options);
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
    return run.ok ? succeed(this.#enqueue(run.value, devicesFor(plan.choice))) : run;
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
    const prepare = () => prepareResumption(files, run, clock.now());
    // First without a claim, which is written to the folder: it may be one of somebody else's logs.
    const possible = await prepare();
    if (!possible.ok) return possible;
    // Only until its record says that it is ours: who looks then knows by that.
    const own = await whileClaimed(files, run.id, clock.now(), async () => {
      await endLeftovers(possible.value.before, run.id, clock);
      // Another window may have been faster.
      return this.#takeUp(run, await prepare(), this.training());
    });
    return own.ok ? succeed(this.#enqueue(own.value, [accelerator])) : own;
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
    this.#records.dispose();
    this.#options.queue.dispose();
    this.#options.launchers.task.dispose();
    this.#options.launchers.command.dispose();
    this.#options.launchers.slurm.dispose();
    this.#progress.dispose();
  }

  /** The folder of a new run, with its config and its record, or why it cannot be written. */
  async #prepare(plan: Omit<ArmPlan, 'device'>, more: Partial<RunRecord>): Promise<Result<OwnRun>> {
    const { files, clock } = this.#options;
    try {
      const made = await writeNewRun(files, plan, clock.now(), more);
      if (!made.ok) return made;
      const { folder, record, spec, problem } = made.value;
      return await this.#register(plan.workspaceFolder, folder, record, spec, problem);
    } catch (error) {
      return fail(whyNotWritten(runsFolder(plan.workspaceFolder), error));
    }
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
    problem?: string,
  ): Promise<Result<OwnRun>> {
    const { promise: ended, resolve: finish } = createDeferred<RunRecord>();
    const status: RunStatus = { id: folder, record, step: 0, loss: undefined };
    const states = new Emitter<RunState>();
    const told = { finish, ended, states, problem };
    const run: OwnRun = { workspaceFolder, spec, ...told, status, handle: undefined };
    this.#runs.set(record.id, run);
    this.#options.catalog.putRecord(workspaceFolder, folder, record);
    if (!(await this.#records.create(folder, record))) {
      this.#runs.delete(record.id);
      this.#options.catalog.remove(folder);
      return fail(whyNotWritten(folder));
    }
    this.#progress.fire(run.status);
    return succeed(run);
  }

  #enqueue(run: OwnRun, devices: readonly Device[]): StartedRun {
    const started = startedOf(run);
    const { record } = started;
    const { queue } = this.#options;
    queue.add([
      {
        runId: record.id,
        group: record.id,
        devices,
        launch: (device) => this.#launch(run, device),
        stop: () => run.handle?.cancel(),
      },
    ]);
    void run.ended.then(() => queue.ended(record.id));
    return started;
  }

  #launchNow(run: OwnRun, device: string): StartedRun {
    this.#launch(run, device);
    return startedOf(run);
  }

  #launch(run: OwnRun, device: string): void {
    // It may have been cancelled while its record was being written.
    if (this.#disposed || isFinalState(run.status.record.state)) return;
    if (run.problem !== undefined) {
      this.#end(run, { state: 'failed', exitCode: null, signal: null, reason: run.problem });
      return;
    }
    const { launchers, clock } = this.#options;
    const events = this.#eventsOf(run);
    const spec = onDevice(run.spec, device);
    // Whose turn has come here may still wait for it on a cluster.
    const state = 'slurm' in spec ? run.status.record.state : 'running';
    void this.#change(run, { state, startedAt: clock.now() });
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
        void this.#change(run, { ...Object.fromEntries(given), ...this.#begun(run) });
      },
      progress: ({ step, loss }) => {
        run.status = { ...run.status, step, loss };
        this.#progress.fire(run.status);
      },
      notice: ({ text, step }) =>
        this.#note(run, step === undefined ? text : `Step ${step}: ${text}`),
      checkpoint: (checkpointStep) => void this.#change(run, { checkpointStep }),
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
    void this.#change(run, { notices: [...notices, notice] });
  }

  #end(run: OwnRun, end: LaunchEnd): void {
    if (isFinalState(run.status.record.state)) return;
    if (this.#disposed && end.state !== 'finished') return;
    const written = this.#change(run, {
      state: end.state,
      endedAt: this.#options.clock.now(),
      exitCode: end.exitCode,
      signal: end.signal,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
      ...(end.place === undefined ? {} : { place: end.place }),
    });
    const { record } = run.status;
    this.#runs.delete(record.id);
    void written.then(() => run.finish(record));
  }

  /** Resolves when it is on the disk, or could not be written at first. */
  #change(run: OwnRun, change: Partial<RunRecord>): Promise<boolean> {
    const { id, record: before } = run.status;
    const record = { ...before, ...change };
    run.status = { ...run.status, record };
    // Progress first: it has the figures, and the list that the catalog sets off only has the state.
    this.#progress.fire(run.status);
    if (record.state !== before.state) run.states.fire(record.state);
    this.#options.catalog.putRecord(run.workspaceFolder, id, record);
    return this.#records.save(id, record);
  }
}

function startedOf({ status, ended, states }: OwnRun): StartedRun {
  return { id: status.id, record: status.record, ended, onDidChangeState: states.event };
}
