import type { CommandContext } from './command.ts';

/** Says why a command cannot be done. Returns its exit code. */
export function refuse({ error }: Pick<CommandContext, 'error'>, why: string): number {
  error(`${why}\n`);
  return 2;
}
