import * as vscode from 'vscode';

import type { AblationSummary } from '#protocol/ablation';
import { requests, type Started, startedSchema } from '#protocol/messages';
import type { AgreedCommands } from '../client/agreedCommands.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { chooseInterrupted } from './interruption.ts';
import type { ProgressNotifications } from './progressNotifications.ts';

interface Surroundings {
  readonly server: LanguageServer;
  readonly mirror: ServerMirror;
  readonly notices: Notices;
  readonly agreed: AgreedCommands;
  readonly progress: ProgressNotifications;
}

/** Lets ablations go on that the reload of a window or a crash has cut short. */
export class InterruptedAblations implements vscode.Disposable {
  readonly #around: Surroundings;
  readonly #listening: vscode.Disposable;
  /** When each was interrupted that has been dealt with: it may happen to it again. */
  readonly #known = new Map<string, number>();
  #working: Promise<void> = Promise.resolve();

  constructor(around: Surroundings) {
    this.#around = around;
    this.#listening = vscode.Disposable.from(
      around.mirror.onDidChangeAblations(() => this.#look()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#look()),
    );
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #look(): void {
    if (!vscode.workspace.isTrusted) return;
    const { mirror } = this.#around;
    const { resume, offer } = chooseInterrupted(mirror.ablations, this.#known, Date.now());
    for (const { id, interruptedAt = 0 } of [...resume, ...offer]) {
      this.#known.set(id, interruptedAt);
    }
    for (const ablation of offer) this.#offer(ablation);
    // One after the other, so that the queue has them in the order that it had.
    for (const ablation of resume) {
      this.#working = this.#working.then(() => this.#resume(ablation));
    }
  }

  async #resume(ablation: AblationSummary): Promise<void> {
    const { agreed, progress, notices } = this.#around;
    const { id, title } = ablation;
    const first = await this.#ask({ id });
    const again = first && 'confirm' in first && agreed.has(first.confirm);
    const answer = again ? await this.#ask({ id, confirmed: first.confirm }) : first;
    if (!answer) return;
    if ('id' in answer) {
      await progress.expectResumedAblation(id);
      notices.whisper(`$(debug-continue) ${title}: goes on where it was interrupted`);
    } else if ('confirm' in answer) this.#offer(ablation);
    else notices.warn(`${title} was interrupted and does not go on. ${answer.problem}`);
  }

  async #ask(message: Readonly<Record<string, unknown>>): Promise<Started | undefined> {
    const { server, notices } = this.#around;
    const answer = await server.request(requests.resumeAblation, message, startedSchema);
    if (answer.ok) return answer.value;
    notices.error(`An ablation that was interrupted does not go on. ${answer.problem}`);
    return undefined;
  }

  #offer({ id, title }: AblationSummary): void {
    this.#around.notices.warn(`${title} was interrupted before all of its runs had finished.`, {
      label: 'Run the rest',
      run: () => vscode.commands.executeCommand('counterweight.resumeAblation', { id }),
    });
  }
}
