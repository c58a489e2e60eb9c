import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

import type { Clock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/disposable.ts';
import type { CommandLaunch, LaunchEnd, LaunchEvents, LaunchHandle } from '../launcher.ts';
import { describeEnd, describeStartFailure, type ProcessEnd } from './launchFailure.ts';
import { OutputCapture } from './outputCapture.ts';
import { OutputFile } from './outputFile.ts';
import { ProcessTree } from './processTree.ts';
import { runVariables, withoutEditor } from './runEnvironment.ts';

export interface CommandRunOptions {
  readonly clock: Clock;
  readonly graceMs: number;
  readonly outputLimit: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Between two looks at whether the tree is gone. */
const lookEveryMs = 25;

/** When processes that even SIGKILL does not end (stuck in a driver) are no longer waited for. */
const giveUpAfterMs = 5000;

/** How long output is read on after the program's end, where a process it left holds the pipe. */
const drainMs = 500;

/** One process of the user's own program, from its start to its end. */
export class CommandRun implements LaunchHandle {
  readonly ended: Promise<LaunchEnd>;
  readonly #spec: CommandLaunch;
  readonly #options: CommandRunOptions;
  #tree: ProcessTree | undefined;
  /** When a cancelled run is killed, in the clock's time; undefined while nobody wants its end. */
  #killAt: number | undefined;
  #cancelled = false;
  readonly #timers = new DisposableStore();

  constructor(spec: CommandLaunch, events: LaunchEvents, options: CommandRunOptions) {
    this.#spec = spec;
    this.#options = options;
    this.ended = this.#run(events);
  }

  cancel(): void {
    if (this.#cancelled || !this.#tree) return;
    this.#cancelled = true;
    this.#askToEnd(this.#tree);
    const { clock, graceMs } = this.#options;
    this.#timers.add(clock.after(graceMs, () => this.#tree?.signal('SIGKILL')));
  }

  /** Kills the whole tree at once. */
  kill(): void {
    this.#cancelled = true;
    this.#killAt = this.#options.clock.now();
    this.#tree?.signal('SIGKILL');
  }

  async #run(events: LaunchEvents): Promise<LaunchEnd> {
    const [program = '', ...args] = this.#spec.command;
    try {
      const child = this.#spawn(program, args);
      return await this.#follow(child, events);
    } catch (error) {
      // Thrown by `spawn` for what no system takes (a NUL in an argument), else its `error` event.
      if (!(error instanceof Error)) throw error;
      return describeStartFailure(error, program, this.#spec.cwd);
    } finally {
      this.#timers.dispose();
    }
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    return spawn(program, args, {
      cwd: this.#spec.cwd,
      env: { ...withoutEditor(this.#options.environment), ...runVariables(this.#spec) },
      shell: false,
      // The leader of its own group, so that a signal reaches what it starts and not us.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async #follow(child: ChildProcess, events: LaunchEvents): Promise<LaunchEnd> {
    const mark = `COUNTERWEIGHT_RUN_DIR=${this.#spec.runFolder}`;
    if (child.pid !== undefined) this.#tree = new ProcessTree(child.pid, mark);
    const end = waitForEnd(child);
    const capture = (name: string): OutputFile =>
      new OutputFile(join(this.#spec.runFolder, name), this.#options.outputLimit, (error) =>
        events.notice({
          text: `What it prints is no longer kept: ${name} could not be written (${error}).`,
          step: undefined,
        }),
      );
    const stdout = new OutputCapture(child.stdout, capture('stdout.log'));
    const stderr = new OutputCapture(child.stderr, capture('stderr.log'));
    child.once('spawn', () => events.started({ pid: child.pid }));

    const outcome = await end;
    const cancelled = this.#cancelled;
    if (cancelled || outcome.exitCode !== 0) await this.#endTree();
    this.#settleIn(drainMs, [stdout, stderr]);
    const [printed, complained] = await Promise.all([stdout.lastLines, stderr.lastLines]);
    if (cancelled) return { state: 'cancelled', ...outcome };
    return describeEnd(outcome, complained || printed);
  }

  /** Lets go of the output once it is written, where a process that is left behind still holds it. */
  #settleIn(ms: number, captures: readonly OutputCapture[]): void {
    const look = (): void => {
      const unsettled = captures.filter((capture) => !capture.settle());
      if (unsettled.length > 0) this.#settleIn(lookEveryMs, unsettled);
    };
    this.#timers.add(this.#options.clock.after(ms, look));
  }

  #askToEnd(tree: ProcessTree): void {
    this.#killAt = this.#options.clock.now() + this.#options.graceMs;
    tree.signal('SIGTERM');
  }

  /** Ends what the program left behind, so that the next run finds the device free. */
  async #endTree(): Promise<void> {
    const tree = this.#tree;
    if (!tree || tree.alive().length === 0) return;
    if (this.#killAt === undefined) this.#askToEnd(tree);
    const { clock, graceMs } = this.#options;
    const giveUpAt = clock.now() + graceMs + giveUpAfterMs;
    while (tree.alive().length > 0 && clock.now() < giveUpAt) {
      if (clock.now() >= (this.#killAt ?? 0)) tree.signal('SIGKILL');
      await new Promise<void>((resume) => clock.after(lookEveryMs, resume));
    }
  }
}

function waitForEnd(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}
