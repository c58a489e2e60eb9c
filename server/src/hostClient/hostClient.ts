import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchHandle,
  TaskLaunch,
} from '../ablation/launcher.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { findNode, surroundingsOf } from './findNode.ts';
import { optionsForTask } from './nodeOptions.ts';
import { type HostPatience, TrainHostProcess } from './trainHostProcess.ts';

export interface HostClientOptions {
  /** The bundle `dist/trainHost.cjs`. */
  readonly trainHostPath: string;
  /** The setting `counterweight.nodePath`; '' to look for a Node.js. */
  readonly nodePath: () => string;
  /** Folder for what is measured once and kept between runs. */
  readonly cacheFolder: string;
  readonly logger: Logger;
  readonly patience?: Partial<HostPatience>;
}

const defaultPatience: HostPatience = {
  hungMs: 60_000,
  cancelMs: 800,
  saveMs: 30_000,
  exitMs: 3000,
};

/** Runs tasks, built in and the user's own, each in a process of its own, and outlives whatever happens to them. */
export class HostClient implements Launcher<TaskLaunch> {
  readonly engine = 'task';
  readonly #options: HostClientOptions;
  readonly #running = new Set<Disposable>();

  constructor(options: HostClientOptions) {
    this.#options = options;
  }

  launch(launch: TaskLaunch, events: LaunchEvents): LaunchHandle {
    let host: TrainHostProcess | undefined;
    let cancelled = false;
    const start = async (): Promise<LaunchEnd> => {
      const node = await this.#findNode();
      const notStarted = { exitCode: null, signal: null };
      if (!node.ok) return { state: 'failed', ...notStarted, reason: node.error };
      const nodeOptions = optionsForTask(node.value, launch.modulePath);
      if (!nodeOptions.ok) return { state: 'failed', ...notStarted, reason: nodeOptions.error };
      if (cancelled) return { state: 'cancelled', ...notStarted };
      this.#options.logger.info(
        `Run ${launch.runId}: train host on Node.js ${node.value.version}.`,
      );
      host = new TrainHostProcess(
        {
          nodePath: node.value.path,
          nodeOptions: nodeOptions.value,
          trainHostPath: this.#options.trainHostPath,
          cacheFolder: this.#options.cacheFolder,
          patience: { ...defaultPatience, ...this.#options.patience },
          logger: this.#options.logger,
        },
        launch,
        events,
      );
      return host.ended;
    };
    const running: Disposable = {
      dispose() {
        cancelled = true;
        host?.cancel();
      },
    };
    this.#running.add(running);
    return {
      cancel() {
        cancelled = true;
        host?.cancel();
      },
      ended: start().finally(() => this.#running.delete(running)),
    };
  }

  /**
   * Asks what still runs to end. A host whose parent goes on the spot keeps a checkpoint and ends by
   * itself, so that a run survives the reload of a window.
   */
  dispose(): void {
    for (const running of this.#running) running.dispose();
  }

  #findNode(): ReturnType<typeof findNode> {
    return findNode(this.#options.nodePath(), surroundingsOf(process));
  }
}
