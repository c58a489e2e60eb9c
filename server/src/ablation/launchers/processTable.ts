import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One live process, as the operating system lists it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it started, in the system's own words: tells a process from a later one of the same id. */
  readonly started: string;
}

/**
 * The live processes of this machine; zombies are left out, for they hold nothing any more. Linux
 * is read from /proc, because slim containers have no `ps`. Empty where nothing can be listed.
 */
export function listProcesses(): readonly ProcessEntry[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

function listFromProc(): readonly ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return parseProcStat(readFileSync(`/proc/${name}/stat`, 'latin1'));
    } catch {
      // It ended between the listing and the reading.
      return [];
    }
  });
}

/** One `/proc/<pid>/stat` (proc(5)); the name, in parentheses, may itself hold spaces and parentheses. */
export function parseProcStat(stat: string): readonly ProcessEntry[] {
  const pid = Number.parseInt(stat, 10);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const started = fields[19];
  if (started === undefined || state === 'Z' || state === 'X') return [];
  return [{ pid, parent: Number(parent), group: Number(group), started }];
}

function listFromPs(): readonly ProcessEntry[] {
  try {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      env: psEnvironment(),
    });
    return parsePs(table);
  } catch {
    return [];
  }
}

/** Two windows with other languages or time zones must see the same time of start. */
function psEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
}

/** The output of `ps -A -o pid=,ppid=,pgid=,stat=,lstart=`. */
export function parsePs(table: string): readonly ProcessEntry[] {
  return table.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
    if (!match) return [];
    const [, pid, parent, group, state, started] = match;
    if (started === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), started }];
  });
}

/**
 * The environment that a process was started with, as `NAME=value` parted by NUL. Empty where the
 * system does not tell: it is another user's, or this is not Linux.
 */
export function readEnvironment(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * When a process started, in the system's own words, so that a later one of the same id is told
 * from it. Undefined where there is none, or the system does not tell.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))[0]?.started;
    }
    if (process.platform === 'win32') return undefined;
    const options = { encoding: 'utf8', env: psEnvironment() } as const;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}
