import { type Clock, systemClock } from '../../base/clock.ts';
import type { CommandLaunch, LaunchEvents, Launcher, LaunchHandle } from '../launcher.ts';
import { CommandRun, type CommandRunOptions } from './commandRun.ts';

/** Bytes, for each of stdout and stderr: enough for the log of a long training. */
const outputLimit = 50 * 2 ** 20;

/** Between asking a program to stop and killing it. */
const graceMs = 1000;

export interface CommandLauncherOptions {
  readonly clock?: Clock;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
  /** Bytes kept of each of stdout and stderr. */
  readonly outputLimit?: number;
  /** The environment that programs inherit. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the user's own program: no shell, output kept in `stdout.log` and `stderr.log` of the
 * run's folder, and an end that takes the whole process tree with it.
 */
export class CommandLauncher implements Launcher<CommandLaunch> {
  readonly engine = 'command';
  readonly #options: CommandRunOptions;
  readonly #runs = new Set<CommandRun>();

  constructor(options: CommandLauncherOptions = {}) {
    this.#options = {
      clock: options.clock ?? systemClock,
      graceMs: options.graceMs ?? graceMs,
      outputLimit: options.outputLimit ?? outputLimit,
      environment: options.environment ?? process.env,
    };
  }

  launch(spec: CommandLaunch, events: LaunchEvents): LaunchHandle {
    const run = new CommandRun(spec, events, this.#options);
    this.#runs.add(run);
    void run.ended.then(() => this.#runs.delete(run));
    return run;
  }

  /** Kills at once, without grace: the process that owns this one may be about to end. */
  dispose(): void {
    for (const run of this.#runs) run.kill();
  }
}
