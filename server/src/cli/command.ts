import type { Result } from '../base/result.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Where a command writes, and what it may use. */
export interface CommandContext {
  readonly workspace: Workspace;
  /** Working directory, for relative paths. */
  readonly cwd: string;
  out(text: string): void;
  error(text: string): void;
  /** The Node.js that trains, or in words why there is none. */
  trainingNode(): Promise<Result<unknown>>;
}

/** One command of the terminal. */
export interface CliCommand {
  readonly name: string;
  /** `check <config> [--json]`. */
  readonly usage: string;
  readonly description: string;
  /** Returns the exit code: 0 when all is well, 1 for errors and warnings, 2 when it could not be done. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
