import * as vscode from 'vscode';

import type { AblationSummary, QueueSummary } from '#protocol/ablation';
import { ablationsMessageSchema, notifications, requests } from '#protocol/messages';
import {
  type RunProgress,
  type RunSummary,
  runProgressSchema,
  runsMessageSchema,
} from '#protocol/runs';
import type { LanguageServer } from './languageServer.ts';
import { mergeProgress } from './mergeProgress.ts';

/** What the server last said of runs and ablations; the views and the status bar read it here. */
export class ServerMirror implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #runsChanged = new vscode.EventEmitter<void>();
  readonly #ablationsChanged = new vscode.EventEmitter<readonly AblationSummary[]>();
  readonly #progressed = new vscode.EventEmitter<RunProgress>();
  readonly #listening: vscode.Disposable;
  #runs: readonly RunSummary[] = [];
  #ablations: readonly AblationSummary[] = [];
  #isTold = false;
  #queue: QueueSummary = { paused: false, waiting: 0, running: 0 };

  readonly onDidChangeRuns = this.#runsChanged.event;
  readonly onDidChangeAblations = this.#ablationsChanged.event;
  readonly onDidProgress = this.#progressed.event;

  constructor(server: LanguageServer) {
    this.#server = server;
    this.#listening = vscode.Disposable.from(
      this.#runsChanged,
      this.#ablationsChanged,
      this.#progressed,
      server.onDidStart(() => this.refresh()),
      server.onNotification(notifications.runsChanged, runsMessageSchema, ({ runs }) =>
        this.#setRuns(runs),
      ),
      server.onNotification(
        notifications.ablationsChanged,
        ablationsMessageSchema,
        ({ ablations, queue }) => this.#setAblations(ablations, queue),
      ),
      server.onNotification(notifications.runProgress, runProgressSchema, (progress) => {
        this.#setRuns(mergeProgress(this.#runs, progress));
        this.#progressed.fire(progress);
      }),
    );
  }

  get runs(): readonly RunSummary[] {
    return this.#runs;
  }

  get ablations(): readonly AblationSummary[] {
    return this.#ablations;
  }

  get queue(): QueueSummary {
    return this.#queue;
  }

  /** Asks for how things stand now: what the server tells by itself may come a little later. */
  async refresh(): Promise<void> {
    const [runs, ablations] = await Promise.all([
      this.#server.request(requests.listRuns, null, runsMessageSchema),
      this.#server.request(requests.listAblations, null, ablationsMessageSchema),
    ]);
    if (runs.ok) this.#setRuns(runs.value.runs);
    if (ablations.ok) this.#setAblations(ablations.value.ablations, ablations.value.queue);
    if (runs.ok && ablations.ok) this.#isTold = true;
  }

  /**
   * Waits until the server has told once what there is: while a window starts, nothing is known, which
   * is not the same as that there is nothing. False where no server answers.
   */
  async told(): Promise<boolean> {
    if (!this.#isTold) await this.refresh();
    return this.#isTold;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #setRuns(runs: readonly RunSummary[]): void {
    this.#runs = runs;
    this.#runsChanged.fire();
  }

  #setAblations(ablations: readonly AblationSummary[], queue: QueueSummary): void {
    this.#ablations = ablations;
    this.#queue = queue;
    this.#ablationsChanged.fire(ablations);
  }
}
