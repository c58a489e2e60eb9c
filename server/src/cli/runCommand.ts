import type { CommandContext } from './command.ts';
import { cliCommands } from './commands/registry.ts';

/** Runs the command that the arguments name, or says which there are. Returns the exit code. */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    context.out(usage());
    return 0;
  }
  const command = cliCommands.find((candidate) => candidate.name === name);
  if (!command) {
    context.error(`There is no command "${name}".\n${usage()}`);
    return 2;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    // Only wrong options end here: expected faults are values.
    context.error(`${error instanceof Error ? error.message : error}\n${usage()}`);
    return 2;
  }
}

function usage(): string {
  const lines = cliCommands.map(
    ({ usage: form, description }) => `  counterweight ${form}\n      ${description}\n`,
  );
  return `Usage:\n${lines.join('')}`;
}
