import type { CliCommand } from '../command.ts';
import { checkCommand } from './check.ts';

/** All commands, by name. */
export const cliCommands: readonly CliCommand[] = [checkCommand];
