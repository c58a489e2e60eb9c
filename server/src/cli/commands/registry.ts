import type { CliCommand } from '../command.ts';
import { ablateCommand } from './ablate.ts';
import { checkCommand } from './check.ts';
import { exportCommand } from './export.ts';

/** All commands, by name. */
export const cliCommands: readonly CliCommand[] = [ablateCommand, checkCommand, exportCommand];
