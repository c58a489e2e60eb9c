import { basename, join, relative, sep } from 'node:path';

import type {
  LaunchBase,
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchHandle,
  LaunchSpec,
  TaskLaunch,
} from '../ablation/launcher.ts';
import { fillPlaceholders } from '../ablation/launchers/placeholders.ts';
import { advanceQueue, createQueue, type QueueEvent, type QueueState } from '../ablation/queue.ts';
import type { Clock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { isFinalState, noticeLimit, type RunId, type RunRecord } from '../model/run.ts';
import type { EngineChoice } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';
import { prepareResumption } from './resumption.ts';
import type { RunCatalog } from './runCatalog.ts';
import { createStateFolder, snapshotName, timeStampedName, writeRunRecord } from './runFolder.ts';
import { keepTaskModule, readTaskModule } from './taskModule.ts';

/** What to run. */
export interface RunPlan {
  readonly workspaceFolder: string;
  readonly configPath: string;
  /** The text of the config of this run: the user's, or a variant of it. */
  readonly configText: string;
  readonly choice: EngineChoice;
  readonly seed: number;
  readonly steps: number | undefined;
  readonly ablation?: { readonly id: string; readonly variant: string };
}

/** How a run that was started here is doing. */
export interface RunStatus {
  /** Absolute path of its folder. */
  readonly id: string;
  readonly record: RunRecord;
  readonly step: number;
  readonly loss: number | undefined;
}

export interface StartedRun {
  readonly id: string;
  readonly record: RunRecord;
  /** The record at the end; never rejects. */
  readonly ended: Promise<RunRecord>;
}

export interface RunStarterOptions {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly launchers: {
    readonly task: Launcher<TaskLaunch>;
    readonly command: Launcher<Extract<LaunchSpec, { engine: 'command' }>>;
  };
  readonly training: () => TrainingSettings;
}

/** How built-in tasks are trained, as the user has set it. */
export interface TrainingSettings {
  readonly backend: string;
  readonly probeEvery: number;
  readonly checkpointEvery: number;
  readonly memoryLimit: number;
}

/** A run from the moment it is asked for to its end. */
interface OwnRun {
  readonly workspaceFolder: string;
  readonly spec: LaunchSpec;
  readonly finish: (record: RunRecord) => void;
  status: RunStatus;
  handle: LaunchHandle | undefined;
}

/** One run at a time on this machine: two would share its device and both tell less. */
const runsAtOnce = 1;

/** Starts runs in the order in which they were asked for; the only writer of `run.json`. */
export class RunStarter {
  readonly #options: RunStarterOptions;
  readonly #runs = new Map<string, OwnRun>();
  readonly #progress = new Emitter<RunStatus>();
  #queue: QueueState = createQueue(runsAtOnce);
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

  async start(plan: RunPlan): Promise<Result<StartedRun>> {
    const { files, clock } = this.#options;
    const now = clock.now();
    const module = await this.#readModule(plan);
    if (!module.ok) return module;
    const name = plan.ablation
      ? `${plan.ablation.id}-${plan.ablation.variant}`.slice(0, 110)
      : timeStampedName(plan.configPath, now);
    const claimed = await createStateFolder(files, plan.workspaceFolder, 'runs', name);
    const { id, folder } = claimed;
    const configPath = join(folder, snapshotName(plan.configPath));
    const base = { runId: id, runFolder: folder, configPath };
    const spec = this.#specOf(plan, base, module.value?.path);
    if (!spec.ok) return spec;
    await files.writeAtomically(configPath, plan.configText);
    await keepTaskModule(files, folder, module.value);
    const record: RunRecord = {
      schema: 1,
      id,
      engine: plan.choice.engine,
      config: relative(plan.workspaceFolder, plan.configPath).split(sep).join('/'),
      state: 'queued',
      seed: plan.seed,
      ...(plan.steps === undefined ? {} : { steps: plan.steps, askedSteps: plan.steps }),
      startedAt: now,
      owner: { pid: process.pid },
      ...(spec.value.engine === 'command' ? { command: [...spec.value.command] } : {}),
      ...(plan.ablation ? { ablation: plan.ablation } : {}),
    };
    return this.#enqueue(plan.workspaceFolder, folder, record, spec.value);
  }

  /**
   * Lets a run of a built-in task that ended early go on from its checkpoint, with the config in its
   * folder and under its own name.
   */
  async resume(run: KnownRun): Promise<Result<StartedRun>> {
    const { files, clock, catalog } = this.#options;
    const prepared = await prepareResumption(files, run, clock.now());
    if (!prepared.ok) return prepared;
    const { workspaceFolder, before, record, base, modulePath } = prepared.value;
    // Asked last: a second click may have been faster.
    if (this.#runs.has(record.id)) return fail(`${run.name} is still going on.`);
    const event: QueueEvent = { type: 'resume', runId: record.id };
    const spec = this.#taskSpec(base, modulePath, 'resume');
    const started = await this.#enqueue(workspaceFolder, run.id, record, spec, event);
    if (!started.ok) catalog.putRecord(workspaceFolder, run.id, before);
    return started;
  }

  /** Takes a run out of the queue, or asks it to stop; false where it is not ours or has ended. */
  cancel(id: string): boolean {
    const run = this.#runs.get(basename(id));
    if (!run) return false;
    this.#advance({ type: 'cancel', runIds: [run.status.record.id] });
    if (!run.handle) this.#end(run, { state: 'cancelled', exitCode: null, signal: null });
    return true;
  }

  dispose(): void {
    // The end of what runs now must not start what waits.
    this.#disposed = true;
    this.#options.launchers.task.dispose();
    this.#options.launchers.command.dispose();
    this.#progress.dispose();
  }

  #specOf(
    plan: RunPlan,
    base: Pick<LaunchSpec, 'runId' | 'runFolder' | 'configPath'>,
    modulePath: string | undefined,
  ): Result<LaunchSpec> {
    const steps = plan.steps === undefined ? {} : { steps: plan.steps };
    const shared = { ...base, seed: plan.seed, ...steps };
    if (plan.choice.engine === 'task') return succeed(this.#taskSpec(shared, modulePath, 'start'));
    const { command, cwd, env } = plan.choice;
    const filled = fillPlaceholders(command, {
      config: base.configPath,
      run_dir: base.runFolder,
      seed: plan.seed,
      ...steps,
    });
    if (!filled.ok) return fail(`counterweight.yaml: ${filled.error}`);
    return succeed({ ...shared, engine: 'command', command: filled.value, cwd, env });
  }

  /** The module of the user's own task, where the config of this run names one. */
  async #readModule({
    choice,
    configPath,
    configText,
  }: RunPlan): ReturnType<typeof readTaskModule> {
    if (choice.engine !== 'task') return succeed(undefined);
    return readTaskModule(this.#options.files, configPath, configText);
  }

  #taskSpec(
    base: LaunchBase,
    modulePath: string | undefined,
    from: TaskLaunch['from'],
  ): TaskLaunch {
    const { backend, probeEvery, checkpointEvery, memoryLimit } = this.#options.training();
    const forced = backend === 'auto' ? {} : { backend };
    const settings = { probeEvery, checkpointEvery, memoryLimit };
    const own = modulePath === undefined ? {} : { modulePath };
    return { ...base, engine: 'task', ...own, ...settings, ...forced, from };
  }

  async #enqueue(
    workspaceFolder: string,
    folder: string,
    record: RunRecord,
    spec: LaunchSpec,
    event: QueueEvent = { type: 'enqueue', runIds: [record.id] },
  ): Promise<Result<StartedRun>> {
    const { promise: ended, resolve: finish } = createDeferred<RunRecord>();
    const status: RunStatus = { id: folder, record, step: 0, loss: undefined };
    const run: OwnRun = { workspaceFolder, spec, finish, status, handle: undefined };
    this.#runs.set(record.id, run);
    if (!(await this.#save(run))) {
      this.#runs.delete(record.id);
      this.#options.catalog.remove(folder);
      return fail(`${folder} could not be written; is the disk full, or the folder read-only?`);
    }
    this.#progress.fire(run.status);
    this.#advance(event);
    return succeed({ id: folder, record: run.status.record, ended });
  }

  #advance(event: QueueEvent): void {
    const { state, launch, stop } = advanceQueue(this.#queue, event);
    this.#queue = state;
    for (const runId of stop) this.#runs.get(runId)?.handle?.cancel();
    for (const runId of launch) this.#launch(runId);
  }

  #launch(runId: RunId): void {
    const run = this.#runs.get(runId);
    if (!run || this.#disposed) return;
    const { launchers, clock } = this.#options;
    const events = this.#eventsOf(run);
    const { spec } = run;
    this.#change(run, { state: 'running', startedAt: clock.now() });
    run.handle =
      spec.engine === 'task'
        ? launchers.task.launch(spec, events)
        : launchers.command.launch(spec, events);
    void run.handle.ended.then((end) => this.#end(run, end));
  }

  #eventsOf(run: OwnRun): LaunchEvents {
    return {
      started: ({ backend, backendReason, sharedGroup, steps }) => {
        this.#advance({ type: 'started', runId: run.status.record.id });
        const known = { backend, backendReason, sharedGroup, steps };
        const given = Object.entries(known).filter(([, value]) => value !== undefined);
        this.#change(run, Object.fromEntries(given));
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

  #note(run: OwnRun, notice: string): void {
    const { id, notices = [] } = run.status.record;
    if (notices.includes(notice) || notices.length >= noticeLimit) return;
    this.#options.logger.warn(`Run ${id}: ${notice}`);
    this.#change(run, { notices: [...notices, notice] });
  }

  #end(run: OwnRun, end: LaunchEnd): void {
    if (isFinalState(run.status.record.state)) return;
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
    this.#advance({ type: 'ended', runId: record.id, state: end.state });
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

/** How a notification calls a run. */
export function runTitle({ engine, config, command }: RunRecord): string {
  const name = basename(config);
  return engine === 'task' ? `Training ${name}` : `Running ${command?.[0]} with ${name}`;
}
