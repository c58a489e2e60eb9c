import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { argv, stdin } from 'node:process';
import { fileURLToPath } from 'node:url';

import { endProcessTree, freePort, killProcessTree, runCommand, waitFor } from './processes.mts';

/** What a cluster of this machine alone consists of, and the Debian packages that bring it. */
const programs = [
  ...['munged', 'slurmctld', 'slurmd'],
  ...['sbatch', 'scancel', 'scontrol', 'sinfo', 'squeue'],
] as const;
export const slurmPackages = ['slurm-wlm', 'munge'] as const;

/** Debian keeps daemons where only root's PATH leads. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Programs of Slurm that this machine lacks; none where a cluster can be started. */
export function missingSlurm(): readonly string[] {
  return programs.filter((name) => pathOf(name) === undefined);
}

function pathOf(program: string): string | undefined {
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** A Slurm of this machine alone, for tests: one node, two partitions, no accounting. */
export interface SlurmCluster {
  /** With it, Slurm's commands speak to this cluster. */
  readonly environment: Readonly<Record<string, string>>;
  readonly partitions: readonly string[];
  /** Ends the daemons with all jobs, and removes their folder. */
  stop(): Promise<void>;
}

const partitions = ['debug', 'short'];

/**
 * Starts munged, slurmctld and slurmd as the user that runs this, without systemd, all their files in
 * a temporary folder.
 * @throws Error with the end of the daemons' logs where the node does not come up
 */
export async function startSlurm(): Promise<SlurmCluster> {
  const missing = missingSlurm();
  if (missing.length > 0) throw new Error(missingWords(missing));
  const folder = await mkdtemp(join(tmpdir(), 'counterweight-slurm-'));
  // Munge's socket must be reachable for all, or it does not start.
  await chmod(folder, 0o755);
  const config = await writeConfiguration(folder);
  const environment = { SLURM_CONF: config };
  const guard = startGuard(folder);
  const daemons: ChildProcess[] = [];
  const killAll = (): void => daemons.forEach(killProcessTree);
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    process.off('exit', killAll);
    await endJobs(runSlurm);
    for (const daemon of [...daemons].reverse()) await endProcessTree(daemon);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    guard.stdin?.end();
  };
  const runSlurm = (program: string, args: readonly string[]): Promise<string> =>
    runCommand(pathOf(program) ?? program, args, {
      env: { ...process.env, ...environment },
      output: 'collect',
    });
  try {
    daemons.push(startMunge(folder));
    await waitFor('munge', async () => (existsSync(socketOf(folder)) ? true : undefined), 10_000);
    daemons.push(startDaemon('slurmctld', ['-D', '-i', '-f', config], environment));
    daemons.push(startDaemon('slurmd', ['-D', '-f', config], environment));
    const isIdle = async (): Promise<true | undefined> => {
      const states = await runSlurm('sinfo', ['--noheader', '--format=%T']).catch(() => '');
      return /^idle$/m.test(states) ? true : undefined;
    };
    await waitFor("Slurm's node", isIdle, 30_000);
  } catch (error) {
    const logs = await logsOf(folder);
    await stop();
    throw new Error(`${error instanceof Error ? error.message : error}\n${logs}`);
  }
  return { environment, partitions, stop };
}

/**
 * Ends the daemons and their jobs, and removes their folder, once this process is gone, however it
 * went: its end of the pipe closes then. Daemons name the folder in their arguments, those of jobs and
 * the jobs themselves in their environment. So may a shell that speaks to the cluster: it is left alone.
 */
function startGuard(folder: string): ChildProcess {
  const script = `cat >/dev/null
    names() { grep -qsF "$1" "/proc/$process/$2"; }
    for process in $(cd /proc && echo [0-9]*); do
      case $(cat "/proc/$process/comm" 2>/dev/null) in
        munged | slurmctld | slurmd | slurmstepd) names "$1" cmdline || names "$1" environ ;;
        *) names "$1" environ && names SLURMD_NODENAME= environ ;;
      esac && kill -KILL "$process"
    done
    rm -rf "$1"`;
  const guard = spawn('sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}

/** Each job has a daemon of its own, which would wait for a controller that is gone. */
async function endJobs(
  runSlurm: (program: string, args: readonly string[]) => Promise<string>,
): Promise<void> {
  const isEmpty = async (): Promise<true | undefined> => {
    const jobs = await runSlurm('squeue', ['--noheader']);
    return jobs.trim() === '' ? true : undefined;
  };
  try {
    await runSlurm('scancel', [`--user=${userInfo().uid}`]);
    await waitFor('the end of all jobs', isEmpty, 15_000);
  } catch {
    // It never came up, or is not to be ended in order.
  }
}

function missingWords(missing: readonly string[]): string {
  return `Slurm is not complete here: ${missing.join(', ')} missing. Install it (Debian and Ubuntu): sudo apt-get install -y --no-install-recommends ${slurmPackages.join(' ')}`;
}

function socketOf(folder: string): string {
  return join(folder, 'munge.socket');
}

function startMunge(folder: string): ChildProcess {
  return startDaemon('munged', [
    '--foreground',
    // Of its own folder it would complain that it lies below one that all may write to.
    '--force',
    '--num-threads=2',
    `--socket=${socketOf(folder)}`,
    `--key-file=${join(folder, 'munge.key')}`,
    `--log-file=${join(folder, 'munged.log')}`,
    `--pid-file=${join(folder, 'munged.pid')}`,
    `--seed-file=${join(folder, 'munged.seed')}`,
  ]);
}

function startDaemon(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn(pathOf(program) ?? program, args, {
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  // Without a listener it would be thrown; the node that does not come up is told of below.
  child.once('error', () => undefined);
  return child;
}

async function writeConfiguration(folder: string): Promise<string> {
  await writeFile(join(folder, 'munge.key'), randomBytes(128), { mode: 0o400 });
  for (const name of ['state', 'spool']) await mkdir(join(folder, name));
  // The control groups are those of the host; in a container they may not be ours to write to.
  await writeFile(join(folder, 'cgroup.conf'), 'CgroupPlugin=cgroup/v1\n');
  const path = join(folder, 'slurm.conf');
  await writeFile(path, await slurmConfiguration(folder));
  return path;
}

/** slurm.conf(5). */
async function slurmConfiguration(folder: string): Promise<string> {
  const [node = 'localhost'] = hostname().split('.');
  const user = userInfo().username;
  const lines = [
    'ClusterName=counterweight',
    `SlurmctldHost=${node}(127.0.0.1)`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    `SlurmctldPort=${await freePort()}`,
    `SlurmdPort=${await freePort()}`,
    'AuthType=auth/munge',
    'CredType=cred/munge',
    `AuthInfo=socket=${socketOf(folder)}`,
    `StateSaveLocation=${join(folder, 'state')}`,
    `SlurmdSpoolDir=${join(folder, 'spool')}`,
    `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(folder, 'slurmd.pid')}`,
    `SlurmctldLogFile=${join(folder, 'slurmctld.log')}`,
    `SlurmdLogFile=${join(folder, 'slurmd.log')}`,
    // Nothing that needs control groups or a database.
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'MpiDefault=none',
    'AccountingStorageType=accounting_storage/none',
    'JobAcctGatherType=jobacct_gather/linux',
    'JobAcctGatherFrequency=task=1',
    'JobAcctGatherParams=OverMemoryKill',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core_Memory',
    // Jobs of tests are short; so is the time that Slurm takes over them.
    'SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1',
    // As it is unless a cluster says otherwise; who cancels a run does not wait for it.
    'KillWait=30',
    // So that it takes few runs to be more than an array holds.
    'MaxArraySize=5',
    // A job that asks for too much is refused at once, as most clusters do.
    'EnforcePartLimits=ALL',
    'ReturnToService=2',
    // More cores than the machine may have, so that runs go side by side.
    'SlurmdParameters=config_overrides',
    `NodeName=${node} NodeAddr=127.0.0.1 CPUs=4 RealMemory=2000 State=UNKNOWN`,
    'PartitionName=debug Nodes=ALL Default=YES MaxTime=60 State=UP DefMemPerCPU=200',
    'PartitionName=short Nodes=ALL MaxTime=1 State=UP DefMemPerCPU=200',
  ];
  return `${lines.join('\n')}\n`;
}

async function logsOf(folder: string): Promise<string> {
  const logs = ['munged.log', 'slurmctld.log', 'slurmd.log'].map(async (name) => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => 'none');
    return `--- ${name}\n${text.trimEnd().split('\n').slice(-15).join('\n')}`;
  });
  return (await Promise.all(logs)).join('\n');
}

/** By hand: `node scripts/bootstrap.mjs scripts/slurm.mts` starts a cluster, says how to speak to it, and ends it on Enter. */
async function main(): Promise<void> {
  const cluster = await startSlurm();
  for (const [name, value] of Object.entries(cluster.environment)) {
    console.log(`export ${name}=${value}`);
  }
  console.log('Slurm runs. Press Enter to end it.');
  await new Promise((resolve) => stdin.once('data', resolve).once('end', resolve));
  await cluster.stop();
  stdin.unref();
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
