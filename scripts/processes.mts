import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The root folder of the clone. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** `show` passes the output on as it comes; `collect` keeps it and shows it only on failure. */
  readonly output: 'show' | 'collect';
}

/** A command that ended with a status other than 0, or that could not be started. */
export class CommandError extends Error {
  readonly status: number | undefined;

  constructor(command: string, status: number | undefined, detail: string) {
    super(
      `${command} ${status === undefined ? 'could not be started' : `ended with ${status}`}${detail}`,
    );
    this.status = status;
  }
}

/**
 * Runs a command without a shell and without standard input.
 * @returns what it wrote to both streams; empty with `output: 'show'`
 * @throws CommandError with the last lines of the collected output
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const stream = options.output === 'show' ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: options.env ?? process.env,
    stdio: ['ignore', stream, stream],
  });
  let text = '';
  const collect = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandError(line, undefined, `: ${error.message}`)));
    child.once('close', (status, signal) => {
      if (status === 0) return resolve(text);
      const tail = text.trimEnd().split('\n').slice(-25).join('\n');
      const cause = signal === null ? '' : ` (${signal})`;
      reject(new CommandError(line, status ?? 1, `${cause}${tail === '' ? '' : `\n${tail}`}`));
    });
  });
}

/** A TCP port of the loopback address that is free now; `preferred` when that one is. */
export async function freePort(preferred = 0): Promise<number> {
  const port = await listenOnce(preferred);
  if (port !== undefined) return port;
  return freePort();
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/**
 * Polls `probe` until it gives something.
 * @throws Error that names `what` when the time is over
 */
export async function waitFor<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  timeoutMilliseconds: number,
): Promise<Value> {
  const deadline = Date.now() + timeoutMilliseconds;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() >= deadline) {
      throw new Error(`${what}: not within ${timeoutMilliseconds / 1000} s`);
    }
    await delay(100);
  }
}

/** Ends a process and all its descendants: asks first, kills what is left after `graceMilliseconds`. */
export async function endProcessTree(child: ChildProcess, graceMilliseconds = 4000): Promise<void> {
  if (child.pid === undefined) return;
  const tree = [...descendants(child.pid), child.pid];
  signalAll(tree, 'SIGTERM');
  const deadline = Date.now() + graceMilliseconds;
  while (tree.some(isAlive) && Date.now() < deadline) await delay(50);
  signalAll(tree, 'SIGKILL');
}

/** For an exit handler, where nothing can be awaited. */
export function killProcessTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  signalAll([...descendants(child.pid), child.pid], 'SIGKILL');
}

/** For a signal handler of a script: ends at once all that it has started, and what they started. */
export function killDescendants(): void {
  signalAll(descendants(process.pid), 'SIGKILL');
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself, which is what was asked for.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return parentOf(pid)?.state !== 'Z';
  } catch {
    return false;
  }
}

/** Children first. Read from /proc, since slim machines have no `ps`; elsewhere nothing is found. */
function descendants(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const pid of processIds()) {
    const parent = parentOf(pid)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const collect = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [...collect(child), child]);
  return collect(root);
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function parentOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // "pid (name) state ppid …": the name may hold spaces and brackets, so read from its end.
    const stat = readFileSync(join('/proc', String(pid), 'stat'), 'utf8');
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
