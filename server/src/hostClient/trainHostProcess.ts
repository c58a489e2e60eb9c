import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority, totalmem } from 'node:os';

import type { LaunchEnd, LaunchEvents, TaskLaunch } from '../ablation/launcher.ts';
import { LastLines } from '../base/lastLines.ts';
import type { Logger } from '../base/logger.ts';
import {
  type FromTrainHost,
  fromTrainHostSchema,
  type ToTrainHost,
} from '../protocol/trainHost.ts';
import { memoryLimitMiB } from './memoryLimit.ts';

/** How patient the client is, in milliseconds. */
export interface HostPatience {
  /** Silence after which the host counts as hung: it sends a heartbeat every second. */
  readonly hungMs: number;
  /** Time between asking it to stop and killing it; with the kill, within a second. */
  readonly cancelMs: number;
  /** Further time for one that is writing its checkpoint by then: large models take seconds. */
  readonly saveMs: number;
  /** Time between its last message and its end. */
  readonly exitMs: number;
}

export interface HostProcessOptions {
  readonly nodePath: string;
  /** Options of Node.js. */
  readonly nodeOptions: readonly string[];
  readonly trainHostPath: string;
  readonly cacheFolder: string;
  readonly patience: HostPatience;
  readonly logger: Logger;
}

type Ended = Extract<FromTrainHost, { type: 'ended' }>;

/** JavaScript heap of the train host in MiB; tensors lie outside it. */
const heapLimitMiB = 4096;
const stderrLines = 15;
/** A host this far over its limit no longer ends in order, and is killed. */
const intolerable = 1.25;
const bytesPerMiB = 2 ** 20;

/** One run in a process of its own, from its start to its end. */
export class TrainHostProcess {
  /** Settles once when the process is gone; never rejects. */
  readonly ended: Promise<LaunchEnd>;
  readonly #child: ChildProcess;
  readonly #options: HostProcessOptions;
  readonly #events: LaunchEvents;
  readonly #stderr = new LastLines(stderrLines);
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #memoryLimit: number;
  #silence: NodeJS.Timeout | undefined;
  #step = 0;
  #steps: number | undefined;
  #cancelled = false;
  #saving = false;
  /** Why it was killed from here, where it was not for a person's wish. */
  #killedFor: string | undefined;
  #last: Ended | undefined;

  constructor(options: HostProcessOptions, launch: TaskLaunch, events: LaunchEvents) {
    this.#options = options;
    this.#events = events;
    this.#memoryLimit = memoryLimitMiB(launch.memoryLimit, {
      total: totalmem(),
      constrained: process.constrainedMemory?.() ?? 0,
    });
    // Electron's own variable would turn a plain Node.js child of VS Code into something else.
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    this.#child = fork(options.trainHostPath, [], {
      execPath: options.nodePath,
      execArgv: [`--max-old-space-size=${heapLimitMiB}`, ...options.nodeOptions],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // By this a later session knows it for what this one has left.
      env: { ...env, COUNTERWEIGHT_RUN_DIR: launch.runFolder },
    });
    yieldToTheEditor(this.#child, options.logger);
    this.ended = this.#watch(this.#child);
    const { runId, runFolder, configPath, seed, steps, probeEvery, checkpointEvery } = launch;
    this.#send({
      type: 'train',
      ...{ runId, runFolder, configPath, seed, probeEvery, checkpointEvery },
      ...(steps === undefined ? {} : { steps }),
      ...(launch.modulePath === undefined ? {} : { modulePath: launch.modulePath }),
      backend: launch.backend ?? 'auto',
      memoryLimit: this.#memoryLimit,
      resume: launch.from === 'resume',
      cacheFolder: options.cacheFolder,
    });
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#send({ type: 'cancel' });
    const { cancelMs, saveMs } = this.#options.patience;
    this.#after(cancelMs, () => {
      if (this.#saving) this.#after(saveMs, () => this.#kill());
      else this.#kill();
    });
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
    this.#take(parsed.data);
  }

  #take(received: FromTrainHost): void {
    const events = this.#events;
    if (received.type !== 'heartbeat') this.#saving = received.type === 'saving';
    switch (received.type) {
      case 'started': {
        const { backend, backendReason, sharedGroup, steps } = received;
        this.#steps = steps;
        events.started({ pid: this.#child.pid, backend, backendReason, sharedGroup, steps });
        return;
      }
      case 'progress':
        this.#step = received.step;
        events.progress({ step: received.step, steps: this.#steps, loss: received.loss });
        return;
      case 'notice':
        events.notice({ text: received.text, step: received.step });
        return;
      case 'checkpoint':
        events.checkpoint(received.step);
        return;
      case 'heartbeat':
        this.#checkMemory(received.rss);
        return;
      case 'saving':
        return;
      case 'ended':
        this.#last = received;
        this.#after(this.#options.patience.exitMs, () => this.#kill());
    }
  }

  /** The host ends in order by itself; this is for one whose single step takes too much. */
  #checkMemory(resident: number): void {
    const limit = this.#memoryLimit;
    if (resident <= intolerable * limit * bytesPerMiB || this.#last) return;
    const taken = Math.ceil(resident / bytesPerMiB);
    this.#killedFor ??=
      `The train host took ${taken} MiB of memory, where ${limit} MiB are allowed ` +
      '(setting counterweight.memoryLimit), and was killed';
    this.#kill();
  }

  #listenAgain(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const seconds = Math.round(this.#options.patience.hungMs / 1000);
      this.#killedFor ??= `The train host gave no sign of life for ${seconds} s and was killed`;
      this.#kill();
    }, this.#options.patience.hungMs);
  }

  #describeEnd(exitCode: number | null, signal: NodeJS.Signals | null): LaunchEnd {
    const how = { exitCode, signal };
    const last = this.#last;
    if (last) {
      // It has said why itself; what drivers wrote meanwhile, such as which they did not find, is noise.
      this.#logStderr();
      const { state, reason, place } = last;
      return { state, ...how, ...(reason ? { reason } : {}), ...(place ? { place } : {}) };
    }
    if (this.#cancelled) return { state: 'cancelled', ...how };
    return { state: 'crashed', ...how, reason: this.#describeCrash(exitCode, signal) };
  }

  #describeCrash(exitCode: number | null, signal: NodeJS.Signals | null): string {
    const place = `at step ${this.#step}; its metrics are kept.`;
    if (this.#killedFor !== undefined) return `${this.#killedFor} ${place}`;
    if (signal === 'SIGKILL') return `The train host was killed (SIGKILL) ${place}`;
    const cause = signal ? `ended by ${signal}` : `ended with exit code ${exitCode}`;
    return this.#withStderr(`The train host ${cause} ${place}`);
  }

  #withStderr(reason: string): string {
    const lines = this.#stderr.text();
    return lines === '' ? reason : `${reason}\n${lines}`;
  }

  #logStderr(): void {
    const lines = this.#stderr.text();
    if (lines !== '') this.#options.logger.info(`The train host wrote to stderr:\n${lines}`);
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
