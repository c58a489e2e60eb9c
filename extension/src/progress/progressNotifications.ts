import * as vscode from 'vscode';

import { requests } from '#protocol/messages';
import type { RunProgress } from '#protocol/runs';
import { anythingSchema } from '../client/answer.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices, Offer } from '../client/notices.ts';
import { revealRun } from '../client/revealRun.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import {
  advance,
  emptyBoard,
  type ProgressEffect,
  type ProgressEvent,
  type ProgressTask,
} from './progressBoard.ts';
import { describeFailure, isFinal, placeName, type RunState, splitTitle } from './progressText.ts';

/** A notification on screen. */
interface Shown {
  readonly report: (task: ProgressTask) => void;
  readonly close: () => void;
}

/** Keeps one notification with Cancel for each run or experiment that goes on here. */
export class ProgressNotifications implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #mirror: ServerMirror;
  readonly #notices: Notices;
  readonly #shown = new Map<string, Shown>();
  readonly #finished = new vscode.EventEmitter<string>();
  readonly #listening: vscode.Disposable;
  #board = emptyBoard;

  /** Fires with the id of an experiment that has run to its end. */
  readonly onDidFinishAblation = this.#finished.event;

  constructor(server: LanguageServer, mirror: ServerMirror, notices: Notices) {
    this.#server = server;
    this.#mirror = mirror;
    this.#notices = notices;
    this.#listening = vscode.Disposable.from(
      this.#finished,
      mirror.onDidProgress((progress) => this.#hear(progress)),
      mirror.onDidChangeAblations(() => this.#takeList()),
      mirror.onDidChangeRuns(() => this.#advance({ type: 'runs', runs: mirror.runs })),
      server.onDidStart(() => this.#closeAll()),
      server.onDidChangeState(() => server.down && this.#closeAll()),
    );
  }

  /** An experiment has been started here; it is shown before its first run says a word. */
  expectAblation(id: string, title: string): void {
    if (this.#shown.has(id)) return;
    this.#advance({ type: 'expected', id, title });
    // A short one may have ended before the answer to its start was read.
    this.#takeList();
  }

  /** A run that has ended is going to live again. */
  expectResumed(runId: string): void {
    this.#advance({ type: 'resumed', runId });
  }

  /** An experiment that had ended goes on: what the list here says of its end is old. */
  async expectResumedAblation(id: string): Promise<void> {
    await this.#mirror.refresh();
    this.expectResumed(id);
    const title = this.#mirror.ablations.find((ablation) => ablation.id === id)?.title ?? id;
    this.expectAblation(id, notificationTitle(title));
  }

  dispose(): void {
    this.#closeAll();
    this.#listening.dispose();
  }

  #takeList(): void {
    const { ablations, queue } = this.#mirror;
    this.#advance({ type: 'ablations', ablations, paused: queue.paused });
  }

  #hear(progress: RunProgress): void {
    const { ablation } = progress;
    const summary = this.#mirror.ablations.find(({ id }) => id === ablation);
    // One that has ended goes on: its summary would end the notification before it has begun.
    const isLive = summary && !isFinal(summary.state);
    if (isLive) this.expectAblation(summary.id, notificationTitle(summary.title));
    this.#advance({ type: 'progress', progress });
  }

  #advance(event: ProgressEvent): void {
    const { board, effects } = advance(this.#board, event);
    this.#board = board;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ProgressEffect): void {
    if (effect.type === 'show') {
      this.#show(effect.task);
      return;
    }
    this.#shown.get(effect.task.key)?.close();
    this.#shown.delete(effect.task.key);
    this.#tellEnd(effect.task, effect.state);
  }

  #show(task: ProgressTask): void {
    const shown = this.#shown.get(task.key) ?? this.#open(task);
    shown.report(task);
  }

  #open(task: ProgressTask): Shown {
    const shown = openNotification(task.title, () => this.#cancel(task.key));
    this.#shown.set(task.key, shown);
    return shown;
  }

  async #cancel(id: string): Promise<void> {
    const answer = await this.#server.request(requests.cancel, { id }, anythingSchema);
    if (!answer.ok) this.#notices.error(`It could not be cancelled. ${answer.problem}`);
  }

  #tellEnd(task: ProgressTask, state: RunState): void {
    const { kind, key, title, message } = task;
    if (state === 'failed' || state === 'crashed') this.#tellFailure(task, state);
    else if (kind === 'ablation' && state === 'finished') this.#finished.fire(key);
    else if (kind === 'ablation') this.#tellRest(task);
    else if (state === 'finished') this.#notices.whisper(`$(pass) ${title}: finished · ${message}`);
  }

  #tellFailure({ runId, place, title, reason }: ProgressTask, state: RunState): void {
    const folder = this.#mirror.runs.find(({ id }) => id === runId)?.path;
    const offers =
      folder === undefined
        ? []
        : [{ label: 'Open run folder', run: () => revealRun(vscode.Uri.file(folder)) }];
    const places = place ? [offerPlace(place)] : [];
    this.#notices.error(describeFailure(title, state, reason), ...places, ...offers);
  }

  /** Whoever has cancelled may want to know that nothing is lost, and where it goes on. */
  #tellRest({ key, title }: ProgressTask): void {
    const runs = this.#mirror.ablations.find(({ id }) => id === key)?.runs ?? [];
    const kept = runs.filter(({ state }) => state === 'finished').length;
    this.#notices.whisper(
      `$(circle-slash) ${title}: cancelled, ${kept} of ${runs.length} runs are kept; $(debug-continue) in Ablations runs the rest`,
    );
  }

  /** A server that went away takes its runs along: nothing more will be heard of them. */
  #closeAll(): void {
    for (const shown of this.#shown.values()) shown.close();
    this.#shown.clear();
    this.#board = emptyBoard;
  }
}

function notificationTitle(title: string): string {
  return `Ablation: ${splitTitle(title).name}`;
}

/** To go to the line of the user's that is at fault. */
function offerPlace({ path, line, column = 1 }: NonNullable<ProgressTask['place']>): Offer {
  const at = new vscode.Position(line - 1, column - 1);
  return {
    label: `Open ${placeName(path, line)}`,
    run: () =>
      vscode.window.showTextDocument(vscode.Uri.file(path), {
        selection: new vscode.Range(at, at),
      }),
  };
}

function openNotification(title: string, cancel: () => void): Shown {
  const state = new NotificationState();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title,
    cancellable: true,
  };
  vscode.window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(cancel);
    return state.follow(progress);
  });
  return { report: (task) => state.report(task), close: () => state.close() };
}

/** Joins what is reported with the notification, which VS Code opens some time after it is asked. */
class NotificationState {
  #progress: vscode.Progress<{ message: string; increment: number }> | undefined;
  #latest: ProgressTask | undefined;
  #reported = 0;
  #closed = false;
  #resolve: () => void = () => {};

  /** Resolves when the notification is to go. */
  follow(progress: vscode.Progress<{ message: string; increment: number }>): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#progress = progress;
    if (this.#latest) this.report(this.#latest);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  report(task: ProgressTask): void {
    this.#latest = task;
    if (!this.#progress) return;
    const increment = Math.max(0, task.fraction - this.#reported) * 100;
    this.#reported = Math.max(this.#reported, task.fraction);
    this.#progress.report({ message: task.message, increment });
  }

  close(): void {
    this.#closed = true;
    this.#resolve();
  }
}
