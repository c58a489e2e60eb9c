import { Worker } from 'node:worker_threads';

import { type CancellationToken, CancelledError } from '../base/cancellation.ts';
import { createDeferred } from '../base/deferred.ts';
import type { Disposable } from '../base/disposable.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { fromScanThreadSchema, type ToScanThread } from '../protocol/scanThread.ts';
import type { ScannedConfig, ScanResult, WeightScanner } from '../workspace/weightScan.ts';

/** A scan on the way. */
interface Waiting {
  /** What it has found so far. */
  readonly configs: ScannedConfig[];
  readonly settle: (answer: Result<ScanResult>) => void;
}

export interface ScanThreadOptions {
  /** The bundle `dist/weightScan.cjs`. */
  readonly path: string;
  /** How long the thread waits for the next scan, in milliseconds, with what it knows of the files. */
  readonly idleMs: number;
}

/** JavaScript heap of the thread in MiB: one that needs more ends, and the server goes on. */
const heapLimitMiB = 1024;

/**
 * Looks for loss weights in a thread of its own: a file of a megabyte takes a parser longer than an
 * editor may wait for its server. What goes wrong there is a result that says so.
 */
export class ScanThread implements WeightScanner, Disposable {
  readonly #options: ScanThreadOptions;
  /** By the number of the scan. */
  readonly #waiting = new Map<number, Waiting>();
  #scans = 0;
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ScanThreadOptions) {
    this.#options = options;
  }

  /** Throws `CancelledError` as soon as it is cancelled. */
  async scan(
    top: string,
    excludes: readonly string[],
    token: CancellationToken,
  ): Promise<ScanResult> {
    if (token.isCancellationRequested) throw new CancelledError();
    this.#scans += 1;
    const id = this.#scans;
    const { promise, resolve } = createDeferred<Result<ScanResult> | undefined>();
    this.#waiting.set(id, { configs: [], settle: resolve });
    const listening = token.onCancellationRequested(() => {
      this.#waiting.delete(id);
      this.#thread?.postMessage({ type: 'cancel', id } satisfies ToScanThread);
      resolve(undefined);
    });
    this.#send({ type: 'scan', id, top, excludes: [...excludes] });
    const answer = await promise;
    listening.dispose();
    if (this.#waiting.size === 0) this.#restWhenIdle();
    if (!answer) throw new CancelledError();
    return answer.ok
      ? answer.value
      : { configs: [], files: 0, isCut: false, problem: answer.error };
  }

  dispose(): void {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
    this.#answerAll('the server is ending');
  }

  #send(message: ToScanThread): void {
    clearTimeout(this.#idle);
    this.#thread ??= this.#start();
    this.#thread.postMessage(message);
  }

  #start(): Worker {
    const thread = new Worker(this.#options.path, {
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
      // The server's own output may be what the editor listens to.
      stdout: true,
    });
    // It must not keep a server alive that is asked to end.
    thread.unref();
    let reason = 'it ended by itself';
    thread.on('error', (error) => {
      reason = String(error);
    });
    thread.on('exit', () => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#answerAll(reason);
    });
    thread.on('message', (message) => this.#receive(message));
    return thread;
  }

  #receive(received: unknown): void {
    const parsed = fromScanThreadSchema.safeParse(received);
    if (!parsed.success) {
      this.#answerAll(`its message is not known: ${parsed.error.message}`);
      return;
    }
    const message = parsed.data;
    const scan = this.#waiting.get(message.id);
    // It may have been cancelled meanwhile.
    if (!scan) return;
    const { configs, settle } = scan;
    if (message.type === 'found') {
      configs.push(...message.configs);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.type === 'failed') settle(fail(describeFailure(message.reason)));
    else settle(succeed({ configs, files: message.files, isCut: message.isCut }));
  }

  #answerAll(reason: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { settle } of waiting) settle(fail(describeFailure(reason)));
  }

  /** Gives back the memory of a thread that nobody asks any more. */
  #restWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      void thread?.terminate();
    }, this.#options.idleMs).unref();
  }
}

function describeFailure(reason: string): string {
  return `The search for loss weights came to no end: ${reason}`;
}
