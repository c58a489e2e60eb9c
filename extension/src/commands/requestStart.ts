import * as vscode from 'vscode';

import type { CommandLine } from '#protocol/commandLine';
import { type Started, startedSchema } from '#protocol/messages';
import { describeCommand } from '../client/agreedCommands.ts';
import type { CommandContext } from './command.ts';

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

async function isAgreed({ command, cwd, env, batchLines }: CommandLine): Promise<boolean> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  const setting = variables.length === 0 ? '' : `with\n${variables.join('')}\n`;
  const batch = batchLines
    ? `as a job of the Slurm cluster, in a batch script with\n${batchLines.map((line) => `${line}\n`).join('')}\n`
    : '';
  const choice = await vscode.window.showWarningMessage(
    'Counterweight is about to run the command of this workspace.',
    {
      modal: true,
      detail: `${describeCommand(command)}\n\nin ${cwd}\n\n${setting}${batch}It is run as it stands, without a shell. You are asked again only when it changes.`,
    },
    'Run',
  );
  return choice === 'Run';
}
