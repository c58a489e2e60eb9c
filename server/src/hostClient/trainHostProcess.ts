import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';

import type { LaunchEnd, LaunchEvents, TaskLaunch } from '../ablation/launcher.ts';
import { LastLines } from '../base/lastLines.ts';
import type { Logger } from '../base/logger.ts';
import {
  type FromTrainHost,
  fromTrainHostSchema,
  type ToTrainHost,
} from '../protocol/trainHost.ts';

/** How patient the client is, in milliseconds. */
export interface HostPatience {
  /** Silence after which the host counts as hung: it sends a heartbeat every second. */
  readonly hungMs: number;
  /** Time between asking it to stop and killing it; with the kill, within a second. */
  readonly cancelMs: number;
  /** Time between its last message and its end. */
  readonly exitMs: number;
}

export interface HostProcessOptions {
  readonly nodePath: string;
  readonly trainHostPath: string;
  readonly cacheFolder: string;
  readonly patience: HostPatience;
  readonly logger: Logger;
}

type Ended = Extract<FromTrainHost, { type: 'ended' }>;

/** JavaScript heap of the train host in MiB; tensors lie outside it. */
const heapLimitMiB = 4096;
const stderrLines = 15;

/** One run in a process of its own, from its start to its end. */
export class TrainHostProcess {
  /** Settles once when the process is gone; never rejects. */
  readonly ended: Promise<LaunchEnd>;
  readonly #child: ChildProcess;
  readonly #options: HostProcessOptions;
  readonly #events: LaunchEvents;
  readonly #stderr = new LastLines(stderrLines);
  readonly #timers = new Set<NodeJS.Timeout>();
  #silence: NodeJS.Timeout | undefined;
  #step = 0;
  #steps: number | undefined;
  #cancelled = false;
  #hung = false;
  #last: Ended | undefined;

  constructor(options: HostProcessOptions, launch: TaskLaunch, events: LaunchEvents) {
    this.#options = options;
    this.#events = events;
    // Electron's own variable would turn a plain Node.js child of VS Code into something else.
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    this.#child = fork(options.trainHostPath, [], {
      execPath: options.nodePath,
      execArgv: [`--max-old-space-size=${heapLimitMiB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
    });
    yieldToTheEditor(this.#child, options.logger);
    this.ended = this.#watch(this.#child);
    this.#send({
      type: 'train',
      runId: launch.runId,
      runFolder: launch.runFolder,
      configPath: launch.configPath,
      seed: launch.seed,
      ...(launch.steps === undefined ? {} : { steps: launch.steps }),
      backend: launch.backend ?? 'auto',
      probeEvery: launch.probeEvery,
      cacheFolder: options.cacheFolder,
    });
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#send({ type: 'cancel' });
    this.#after(this.#options.patience.cancelMs, () => this.#kill());
  }

  /** Ends it without asking. */
  stop(): void {
    this.#cancelled = true;
    this.#kill();
  }

  #kill(): void {
    this.#child.kill('SIGKILL');
  }

  #watch(child: ChildProcess): Promise<LaunchEnd> {
    child.stderr?.on('data', (chunk: Buffer) => this.#stderr.add(chunk));
    child.on('message', (message) => this.#receive(message));
    this.#listenAgain();
    return new Promise((resolve) => {
      const settle = (end: LaunchEnd): void => {
        clearTimeout(this.#silence);
        for (const timer of this.#timers) clearTimeout(timer);
        resolve(end);
      };
      child.once('error', (error) => {
        // Without a process id it never started; otherwise its end is still to come.
        if (child.pid !== undefined) return;
        const reason = `The train host could not be started: ${error.message}`;
        settle({ state: 'failed', exitCode: null, signal: null, reason });
      });
      child.once('close', (exitCode, signal) => {
        const end = (): void => settle(this.#describeEnd(exitCode, signal));
        // Its last messages may still lie in the channel.
        if (child.connected) child.once('disconnect', end);
        else end();
      });
    });
  }

  #receive(message: unknown): void {
    this.#listenAgain();
    const parsed = fromTrainHostSchema.safeParse(message);
    if (!parsed.success) {
      this.#options.logger.warn(`Unknown message of the train host: ${parsed.error.message}`);
      return;
    }
    const received = parsed.data;
    if (received.type === 'started') {
      const { backend, backendReason, sharedGroup, steps } = received;
      this.#steps = steps;
      this.#events.started({ pid: this.#child.pid, backend, backendReason, sharedGroup, steps });
    } else if (received.type === 'progress') {
      this.#step = received.step;
      this.#events.progress({ step: received.step, steps: this.#steps, loss: received.loss });
    } else if (received.type === 'ended') {
      this.#last = received;
      this.#after(this.#options.patience.exitMs, () => this.#kill());
    }
  }

  #listenAgain(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#hung = true;
      this.#kill();
    }, this.#options.patience.hungMs);
  }

  #describeEnd(exitCode: number | null, signal: NodeJS.Signals | null): LaunchEnd {
    const how = { exitCode, signal };
    const last = this.#last;
    if (last) {
      const reason = last.reason && this.#withStderr(last.reason);
      return { state: last.state, ...how, ...(reason ? { reason } : {}) };
    }
    if (this.#cancelled) return { state: 'cancelled', ...how };
    return { state: 'crashed', ...how, reason: this.#describeCrash(exitCode, signal) };
  }

  #describeCrash(exitCode: number | null, signal: NodeJS.Signals | null): string {
    const place = `at step ${this.#step}; its metrics are kept.`;
    if (this.#hung) {
      const seconds = Math.round(this.#options.patience.hungMs / 1000);
      return `The train host gave no sign of life for ${seconds} s and was killed ${place}`;
    }
    if (signal === 'SIGKILL') return `The train host was killed (SIGKILL) ${place}`;
    const cause = signal ? `ended by ${signal}` : `ended with exit code ${exitCode}`;
    return this.#withStderr(`The train host ${cause} ${place}`);
  }

  #withStderr(reason: string): string {
    const lines = this.#stderr.text();
    return lines === '' ? reason : `${reason}\n${lines}`;
  }

  #send(message: ToTrainHost): void {
    // A message to a process that is just ending is lost, and its end is told by `close`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #after(ms: number, action: () => void): void {
    this.#timers.add(setTimeout(action, ms));
  }
}

/** Lets the editor go first where both want the processor: typing must not wait for training. */
function yieldToTheEditor({ pid }: ChildProcess, logger: Logger): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch (error) {
    logger.info(`The train host keeps its priority: ${error}`);
  }
}
