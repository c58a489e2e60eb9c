import { join } from 'node:path';

import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result } from '../base/result.ts';
import type { AblationRecord } from '../model/ablation.ts';
import {
  checkpointOf,
  isFinalState,
  type RunId,
  type RunRecord,
  runIdSchema,
} from '../model/run.ts';
import { leftJob } from './clusterJob.ts';
import { devicesFor } from './devices.ts';
import type { WorkspaceFiles } from './files.ts';
import { endLeftovers } from './leftovers.ts';
import { asItIsNow } from './owner.ts';
import type { RunCatalog } from './runCatalog.ts';
import { readCheckpointStep, readRunRecord, runsFolder } from './runFolder.ts';
import type { RunQueue } from './runQueue.ts';
import type { RunStarter } from './runStarter.ts';
import type { StartedRun } from './startedRun.ts';
import { overridesOf, type StoredPlan } from './storedPlan.ts';

export type Arm = AblationRecord['runs'][number];

export interface ArmRunsOptions {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly starter: RunStarter;
  readonly queue: RunQueue;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The experiment whose arms are run. */
export interface ArmsOf {
  readonly id: string;
  readonly workspaceFolder: string;
  readonly configPath: string;
  readonly plan: StoredPlan;
  /** An arm has come further; a run that begins anew has another name than the arm had so far. */
  readonly changed: (before: string, arm: Pick<Arm, 'runId' | 'state'>) => Promise<void>;
}

/** Runs the arms of one experiment, each when the queue says so. */
export class ArmRuns {
  readonly #options: ArmRunsOptions;
  readonly #of: ArmsOf;
  /** The folders of the runs that go on, by the name that the queue knows. */
  readonly #live = new Map<RunId, string>();
  readonly #stopped = new Set<RunId>();

  constructor(options: ArmRunsOptions, of: ArmsOf) {
    this.#options = options;
    this.#of = of;
  }

  /** Queues arms that have not ended, or are to run again. */
  add(arms: readonly Arm[]): void {
    const devices = devicesFor(this.#of.plan.choice);
    const jobs = arms.map((arm) => {
      const runId = armKey(arm);
      this.#stopped.delete(runId);
      return {
        runId,
        group: this.#of.id,
        devices,
        launch: (device: string) => {
          void this.#run(arm, runId, device);
        },
        stop: () => this.#stop(runId),
      };
    });
    this.#options.queue.add(jobs);
  }

  /** What is recorded of an arm on the disk by now; undefined where its run has not begun. */
  async recordOf({ runId }: Pick<Arm, 'runId'>): Promise<RunRecord | undefined> {
    const { files } = this.#options;
    const folder = join(runsFolder(this.#of.workspaceFolder), runId);
    const stored = await readRunRecord(files, folder);
    // A folder of that name may belong to another experiment.
    if (stored?.ablation?.id !== this.#of.id) return undefined;
    const now = asItIsNow(stored);
    const step = isFinalState(stored.state) ? undefined : await readCheckpointStep(files, folder);
    return step === undefined ? now : { ...now, checkpointStep: step };
  }

  /**
   * The arms with their latest runs and the states that these tell themselves, which are mostly newer
   * than those of their experiment. One that has finished stays so: its own record may not have found
   * room on the disk.
   */
  async asOnDisk(arms: readonly Arm[]): Promise<readonly Arm[]> {
    const names = await this.#options.files.list(runsFolder(this.#of.workspaceFolder));
    const latest = latestRuns(names);
    const found = arms.map(async (arm) => {
      if (arm.state === 'finished') return arm;
      const last = { ...arm, runId: latest.get(armKey(arm)) ?? arm.runId };
      const record = await this.recordOf(last);
      return record ? { ...last, state: record.state } : arm;
    });
    return Promise.all(found);
  }

  #stop(runId: RunId): void {
    this.#stopped.add(runId);
    const folder = this.#live.get(runId);
    if (folder !== undefined) this.#options.starter.cancel(folder);
  }

  async #run(arm: Arm, queued: RunId, device: string): Promise<void> {
    const { queue, logger } = this.#options;
    try {
      const started = await this.#start(arm, queued, device);
      if (started.ok) await this.#follow(arm, queued, started.value);
      else {
        logger.error(`Run ${arm.runId}: ${started.error}`);
        const state = this.#stopped.has(queued) ? 'cancelled' : 'failed';
        await this.#of.changed(arm.runId, { runId: arm.runId, state });
      }
    } catch (error) {
      logger.error(`Run ${arm.runId} could not be started: ${error}`);
      await this.#of.changed(arm.runId, { runId: arm.runId, state: 'failed' });
    } finally {
      queue.ended(queued);
    }
  }

  async #follow({ runId }: Arm, queued: RunId, started: StartedRun): Promise<void> {
    const { id, record, ended, onDidChangeState } = started;
    this.#live.set(queued, id);
    // On a cluster it waits for its turn, may be put back, and its end is told of below.
    const listening = onDidChangeState((state) => {
      if (!isFinalState(state)) void this.#of.changed(record.id, { runId: record.id, state });
    });
    void this.#of.changed(runId, { runId: record.id, state: record.state });
    if (this.#stopped.has(queued)) this.#options.starter.cancel(id);
    const { state } = await ended;
    listening.dispose();
    this.#live.delete(queued);
    await this.#of.changed(record.id, { runId: record.id, state });
  }

  /** From its checkpoint where its run was cut short, else from the start in a folder of its own. */
  async #start(arm: Arm, queued: RunId, device: string): Promise<Result<StartedRun>> {
    const { starter, logger } = this.#options;
    const before = await this.recordOf(arm);
    const resumed = before && (await this.#resume(arm, before, device));
    if (resumed?.ok) return resumed;
    if (resumed) logger.warn(`Run ${arm.runId} begins anew: ${resumed.error}`);
    if (this.#stopped.has(queued)) return fail('It was cancelled before it began.');
    const { workspaceFolder, configPath, plan, id } = this.#of;
    const { variant, seed } = arm;
    const name = armKey(arm);
    const configText = plan.texts.get(variant);
    if (configText === undefined) return fail(`plan.json has no config of ${variant}.`);
    const { choice, steps, module, training } = plan;
    const ablation = { id, variant };
    const overrides = overridesOf(plan, variant);
    const run = { workspaceFolder, configPath, configText, choice, steps, seed, ablation };
    return starter.startArm({ ...run, overrides, module, training, name, device });
  }

  async #resume(
    { runId }: Arm,
    before: RunRecord,
    device: string,
  ): Promise<Result<StartedRun> | undefined> {
    const { catalog, starter, clock } = this.#options;
    const { workspaceFolder } = this.#of;
    const folder = join(runsFolder(workspaceFolder), runId);
    // What a cluster runs goes on, be it on this machine.
    if (before.job === undefined) await endLeftovers(before, folder, clock);
    // The host may have kept one more on its way out.
    const record = (await this.recordOf({ runId })) ?? before;
    const known = catalog.putRecord(workspaceFolder, folder, record);
    if (leftJob(known)) return starter.followJob(known);
    // What failed would fail again at the same place.
    if (record.state === 'failed' || checkpointOf(record) === undefined) return undefined;
    return starter.resumeArm(known, device, this.#of.plan.training);
  }
}

/** The run of each arm that began last, by the name of the arm: that with the highest number. */
function latestRuns(names: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const [, key, count = '1'] = /^(.*-s-?\d+)(?:-(\d+))?$/.exec(name) ?? [];
    if (key !== undefined) counts.set(key, Math.max(counts.get(key) ?? 0, Number(count)));
  }
  return new Map([...counts].map(([key, count]) => [key, count === 1 ? key : `${key}-${count}`]));
}

/** The name of an arm in the queue: that of its first run; later ones have a number behind it. */
export function armKey({ runId, variant, seed }: Arm): RunId {
  const end = `-${variant}-s${seed}`;
  const at = runId.lastIndexOf(end);
  return runIdSchema.parse(at < 0 ? runId : runId.slice(0, at + end.length));
}
