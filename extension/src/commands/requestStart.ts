import * as vscode from 'vscode';

import type { CommandLine } from '#protocol/commandLine';
import { type Started, startedSchema } from '#protocol/messages';
import type { CommandContext } from './command.ts';
import { commandDetail } from './commandDetail.ts';

/**
 * Asks the server to start something. A command line of the workspace is shown to the user the
 * first time and started only then. Returns the id of what runs now; undefined, with a message
 * where something is wrong, when nothing does.
 */
export async function requestStart(
  context: CommandContext,
  method: string,
  message: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const id = await startAgreed(context, method, message);
  // Whoever starts something has forgotten the pause, or wants it to wait: both are told.
  if (id !== undefined && context.mirror.queue.paused) tellPause(context);
  return id;
}

function tellPause({ notices }: CommandContext): void {
  notices.warn('The queue is paused: it begins when the queue goes on.', {
    label: 'Continue the Queue',
    run: () => vscode.commands.executeCommand('counterweight.continueQueue'),
  });
}

async function startAgreed(
  context: CommandContext,
  method: string,
  message: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const first = await ask(context, method, message);
  if (first === undefined || 'id' in first) return first?.id;
  const { confirm } = first;
  if (!context.agreed.has(confirm)) {
    if (!(await isAgreed(confirm))) return undefined;
    await context.agreed.add(confirm);
  }
  const second = await ask(context, method, { ...message, confirmed: confirm });
  if (second === undefined || 'id' in second) return second?.id;
  context.notices.error('The command that trains has changed meanwhile; start it again.');
  return undefined;
}

async function ask(
  { server, notices }: CommandContext,
  method: string,
  message: unknown,
): Promise<Exclude<Started, { problem: string }> | undefined> {
  const answer = await server.request(method, message, startedSchema);
  if (!answer.ok) {
    notices.error(`It was not started. ${answer.problem}`);
    return undefined;
  }
  if ('problem' in answer.value) {
    notices.error(answer.value.problem);
    return undefined;
  }
  return answer.value;
}

async function isAgreed(line: CommandLine): Promise<boolean> {
  const choice = await vscode.window.showWarningMessage(
    'Counterweight is about to run the command of this workspace.',
    { modal: true, detail: commandDetail(line) },
    'Run',
  );
  return choice === 'Run';
}
