import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type {
  CommandLaunch,
  SlurmLaunch,
  TaskLaunch,
} from '../../../server/src/ablation/launcher.ts';
import { type Clock, systemClock } from '../../../server/src/base/clock.ts';
import { type Logger, silentLogger } from '../../../server/src/base/logger.ts';
import type { Result } from '../../../server/src/base/result.ts';
import type { AblationRecord } from '../../../server/src/model/ablation.ts';
import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { Experiments } from '../../../server/src/workspace/experiments.ts';
import type { WorkspaceFiles } from '../../../server/src/workspace/files.ts';
import { QueueMemory } from '../../../server/src/workspace/queueMemory.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { RunQueue } from '../../../server/src/workspace/runQueue.ts';
import { RunStarter } from '../../../server/src/workspace/runStarter.ts';
import { learnStoredRuns } from '../../../server/src/workspace/storedRuns.ts';
import { ScriptedLauncher, type ScriptedRun } from './scriptedLauncher.ts';

export interface SessionScript {
  readonly task?: (run: ScriptedRun<TaskLaunch>) => void;
  readonly command?: (run: ScriptedRun<CommandLaunch>) => void;
  readonly files?: WorkspaceFiles;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

const commandConfig = 'loss:\n  recon_weight: 1.0\n  kl_weight: 0.5\n';
/** Of a built-in task, with a term `render`. */
export const taskConfig = `task: flow-edit
steps: 100
model:
  transformer:
    editor:
      flow_matching:
        render_loss_weight: 0.6
`;

/** What a window does with the experiments of a folder; what trains is scripted, all else is real. */
export class ExperimentSession {
  readonly task: ScriptedLauncher<TaskLaunch>;
  readonly command: ScriptedLauncher<CommandLaunch>;
  readonly slurm: ScriptedLauncher<SlurmLaunch>;
  readonly queue = new RunQueue();
  readonly catalog = new RunCatalog();
  readonly memory: QueueMemory;
  readonly starter: RunStarter;
  readonly experiments: Experiments;
  readonly #folder: string;
  readonly #files: WorkspaceFiles;
  readonly #logger: Logger;
  readonly #writing = new Set<Promise<void>>();

  constructor(folder: string, script: SessionScript = {}) {
    const { files: given = createDiskFiles(), logger = silentLogger, clock = systemClock } = script;
    const files: WorkspaceFiles = {
      ...given,
      writeAtomically: (path, text) => this.#track(given.writeAtomically(path, text)),
    };
    this.#folder = folder;
    this.#files = files;
    this.#logger = logger;
    this.task = new ScriptedLauncher('task', script.task);
    this.command = new ScriptedLauncher('command', script.command);
    this.slurm = new ScriptedLauncher('command');
    const { catalog, queue } = this;
    const shared = { files, catalog, queue, clock, logger };
    this.memory = new QueueMemory(files, queue, logger);
    this.starter = new RunStarter({
      ...shared,
      launchers: { task: this.task, command: this.command, slurm: this.slurm },
      training: () => ({ backend: 'auto', probeEvery: 10, checkpointEvery: 0, memoryLimit: 0 }),
    });
    const store = new MetricStore();
    this.experiments = new Experiments({ ...shared, starter: this.starter, store });
  }

  /** What a window does when it opens the folder. */
  async open(): Promise<void> {
    const { catalog } = this;
    await learnStoredRuns({ files: this.#files, catalog, logger: this.#logger }, this.#folder);
    await this.memory.load(this.#folder);
    await this.learn();
  }

  /** Learns of experiments that other windows have started. */
  async learn(): Promise<void> {
    await this.experiments.load(this.#folder, (path) => {
      throw new Error(`${path} is damaged.`);
    });
  }

  /** Starts an experiment on the user's own program, or with the text of a config on a task. */
  start(
    request: AblationRequest,
    { run, text = commandConfig }: { run?: ProjectFile['run']; text?: string } = {},
  ): Promise<Result<AblationRecord>> {
    const path = join(this.#folder, 'train.yaml');
    const config = readConfigFile(pathToFileURL(path).href, path, text, undefined);
    const project = { run: run ?? { command: ['train', '{config}', '{seed}'] } };
    const found =
      text === commandConfig || run
        ? { path: join(this.#folder, 'counterweight.yaml'), project }
        : undefined;
    return this.experiments.start({ config, found, request, workspaceFolder: this.#folder });
  }

  /** What is known of an experiment. */
  find(id: string) {
    const found = this.experiments.all().find(({ record }) => record.id === id);
    if (!found) throw new Error(`${id} is not known.`);
    return found;
  }

  /** Resolves with its record when what is known of an experiment is as it is wanted. */
  until(id: string, wanted: (record: AblationRecord) => boolean): Promise<AblationRecord> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.experiments.all().find(({ record }) => record.id === id);
        if (!found || !wanted(found.record)) return;
        listening.dispose();
        resolve(found.record);
      };
      const listening = this.experiments.onDidChange(look);
      look();
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing);
  }

  async #track(writing: Promise<void>): Promise<void> {
    this.#writing.add(writing);
    await writing.finally(() => this.#writing.delete(writing));
  }

  [Symbol.dispose](): void {
    this.memory.dispose();
    this.experiments.dispose();
    this.starter.dispose();
  }
}

/** So many variants, each with another weight, beside the baseline. */
export function sweepOf(variants: number): AblationRequest {
  const values = Array.from({ length: variants }, (_, at) => 1 + (at + 1) / 1000);
  return { kind: 'sweep', weights: { kl: values }, seeds: [0] };
}
