import type { CommandLine } from '#protocol/commandLine';
import { describeCommand } from '../client/agreedCommands.ts';

/** All that decides what a command of the workspace does, as a dialog shows it before the first time. */
export function commandDetail({ command, cwd, env, batchLines }: CommandLine): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  const setting = variables.length === 0 ? '' : `with\n${variables.join('')}\n`;
  const batch = batchLines
    ? `as a job of the Slurm cluster, in a batch script with\n${batchLines.map((line) => `${line}\n`).join('')}\n`
    : '';
  return `${describeCommand(command)}\n\nin ${cwd}\n\n${setting}${batch}It is run as it stands, without a shell. You are asked again only when it changes.`;
}
