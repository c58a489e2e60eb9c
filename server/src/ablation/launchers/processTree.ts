import { execFile } from 'node:child_process';

import { listProcesses, type ProcessEntry, readEnvironment } from './processTable.ts';

/** Where a tree looks for its processes; the operating system, except in tests. */
export interface ProcessSource {
  list(): readonly ProcessEntry[];
  environmentOf(pid: number): string;
}

const operatingSystem: ProcessSource = {
  list: listProcesses,
  environmentOf: readEnvironment,
};

/**
 * A process that was started as the leader of its own group, and everything that came from it:
 * the members of the group, descendants that left it for a group of their own (torchrun's workers
 * do), and, where the system tells, what carries a mark in its environment: descendants lose their
 * parent when it dies before them.
 *
 * `tree-kill` and the like were looked at: they need `ps` or `pgrep`, find nothing once the root
 * is gone and cannot tell when the last process has ended.
 */
export class ProcessTree {
  readonly #root: number;
  readonly #mark: string;
  readonly #source: ProcessSource;
  /** Start times by process id, of ours and of those that were found to be somebody else's. */
  readonly #known = new Map<number, string>();
  readonly #foreign = new Map<number, string>();

  /** `mark` is a `NAME=value` in the environment of the root that no other process has. */
  constructor(root: number, mark: string, source: ProcessSource = operatingSystem) {
    this.#root = root;
    this.#mark = mark;
    this.#source = source;
  }

  /** The processes of the tree that are alive now. */
  alive(): readonly number[] {
    const table = this.#source.list();
    const alive = new Set(table.filter((entry) => this.#isOurs(entry)).map(({ pid }) => pid));
    addDescendants(alive, table);
    for (const { pid, started } of table)
      (alive.has(pid) ? this.#known : this.#foreign).set(pid, started);
    return [...alive];
  }

  #isOurs({ pid, group, started }: ProcessEntry): boolean {
    const known = this.#known.get(pid);
    // Where the times differ, the system has given the number of one of ours to somebody else.
    if (known !== undefined) return known === started;
    if (pid === this.#root || group === this.#root) return true;
    if (this.#foreign.get(pid) === started) return false;
    return this.#source.environmentOf(pid).split('\0').includes(this.#mark);
  }

  /** Sends a signal to every living process of the tree; says how many there were. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): number {
    if (process.platform === 'win32') return this.#killOnWindows();
    const alive = this.alive();
    for (const pid of alive) sendSignal(pid, signal);
    return alive.length;
  }

  /** Windows has no SIGTERM for console programs and keeps no groups: the tree is ended at once. */
  #killOnWindows(): number {
    execFile('taskkill', ['/PID', String(this.#root), '/T', '/F'], () => undefined);
    return 0;
  }
}

function addDescendants(alive: Set<number>, table: readonly ProcessEntry[]): void {
  // A child may be listed before its parent, so look again until nobody is added.
  for (let before = -1; before !== alive.size; ) {
    before = alive.size;
    for (const { pid, parent } of table) if (alive.has(parent)) alive.add(pid);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, or belongs to somebody else by now; neither is ours to end.
  }
}
