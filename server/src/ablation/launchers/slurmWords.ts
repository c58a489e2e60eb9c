import { constants } from 'node:os';

import type { LaunchEnd } from '../launcher.ts';
import { describeEnd } from './launchFailure.ts';
import { firstLine, type JobSighting, type ProgramOutput } from './slurmCommands.ts';
import { scriptFailures } from './slurmScript.ts';

/** What is known of a job that is over. */
export interface JobEvidence {
  /** `<job>_<index>`. */
  readonly job: string;
  /** What Slurm says last; undefined where it does not know the job any more. */
  readonly sighting: JobSighting | undefined;
  /** What the script wrote at its end; undefined where it did not come so far. */
  readonly exitCode: number | undefined;
  /** Whether the script began at all, as its files tell. */
  readonly began: boolean;
  /** Whether a person has ended it from here. */
  readonly cancelled: boolean;
  readonly runFolder: string;
  readonly cwd: string;
  /** The last lines of the program. */
  readonly lastOutput: string;
  /** The last lines of the script itself, where Slurm writes why it ended a job. */
  readonly remarks: string;
}

/** How a job came to its end, in words. */
export function describeJobEnd(evidence: JobEvidence): LaunchEnd {
  const { exitCode } = evidence;
  // By a session that was gone before it was true.
  if (evidence.cancelled) return { state: 'cancelled', exitCode: null, signal: null };
  const state = stateOf(evidence);
  // Something beside the program went out of memory; the program itself came to its end.
  const isWhole = state === 'OUT_OF_MEMORY' && exitCode === 0;
  const ended = state === undefined || isWhole ? undefined : endedBySlurm(state, evidence);
  if (ended) return ended;
  if (exitCode === undefined && state === 'COMPLETED') return describeEnd(exitOf(0), '');
  if (exitCode === undefined) return withoutExitCode(evidence);
  if (exitCode === scriptFailures.noFolder || exitCode === scriptFailures.noDirectory) {
    return crashed('failed', exitCode, scriptFailure(exitCode, evidence));
  }
  return describeEnd(exitOf(exitCode), evidence.lastOutput);
}

/** A shell gives 128 and the number of the signal for a program that a signal has ended. */
function exitOf(code: number): {
  readonly exitCode: number | null;
  readonly signal: string | null;
} {
  const named = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return named ? { exitCode: null, signal: named[0] } : { exitCode: code, signal: null };
}

function crashed(state: 'crashed' | 'failed', exitCode: number | null, reason: string): LaunchEnd {
  return { state, exitCode, signal: null, reason };
}

/** A step that is killed for its memory without control groups is FAILED; the remarks say why. */
function stateOf({ sighting, remarks }: JobEvidence): string | undefined {
  const remarked = stateByRemarks(remarks);
  if (!sighting) return remarked;
  const saysMore = sighting.state === 'FAILED' && remarked !== 'CANCELLED';
  return saysMore ? (remarked ?? sighting.state) : sighting.state;
}

/** What slurmstepd writes in the output of a job that it ends, for clusters that keep no accounting. */
function stateByRemarks(text: string): string | undefined {
  const remarks = text
    .split('\n')
    .filter((line) => line.startsWith('slurmstepd'))
    .join('\n');
  if (/DUE TO TIME LIMIT/.test(remarks)) return 'TIMEOUT';
  if (/DUE TO NODE FAILURE/.test(remarks)) return 'NODE_FAIL';
  if (/DUE TO PREEMPTION/.test(remarks)) return 'PREEMPTED';
  if (/oom.kill|out.of.memory|exceeded (?:job )?memory limit/i.test(remarks))
    return 'OUT_OF_MEMORY';
  return /\*\*\* (?:JOB|STEP) .* CANCELLED AT/.test(remarks) ? 'CANCELLED' : undefined;
}

/** Ends that Slurm itself has brought about; undefined for those of the program. */
function endedBySlurm(state: string, evidence: JobEvidence): LaunchEnd | undefined {
  const { job, sighting } = evidence;
  const on = sighting?.nodes ? ` on ${sighting.nodes}` : '';
  const said = evidence.lastOutput === '' ? '' : ` Its last lines:\n${evidence.lastOutput}`;
  const words = new Map<string, string>([
    [
      'TIMEOUT',
      `Slurm ended job ${job}${on} at its time limit. Ask for more with #SBATCH --time in run.slurm.header, or for fewer steps.`,
    ],
    [
      'DEADLINE',
      `Slurm ended job ${job} at its deadline. See #SBATCH --deadline in run.slurm.header.`,
    ],
    [
      'OUT_OF_MEMORY',
      `Job ${job}${on} took more memory than it had asked for, and Slurm ended it. Ask for more with #SBATCH --mem in run.slurm.header.`,
    ],
    ['NODE_FAIL', `The node of job ${job} failed${on}. Run it again.`],
    ['BOOT_FAIL', `The node of job ${job} could not be started${on}. Run it again.`],
    [
      'PREEMPTED',
      `Slurm ended job ${job}${on} for one of higher priority. Run it again, or in a partition without preemption.`,
    ],
    ['REVOKED', `Job ${job} was taken over by another cluster, where it is not followed.`],
  ]);
  const reason = words.get(state);
  if (reason !== undefined) return crashed('crashed', null, `${reason}${said}`);
  if (state !== 'CANCELLED') return undefined;
  return { state: 'cancelled', exitCode: null, signal: null, reason: cancelWords(evidence) };
}

function cancelWords({ job, sighting }: JobEvidence): string {
  const why = sighting?.reason ? ` (${sighting.reason})` : '';
  return `Job ${job} was cancelled outside of this editor${why}.`;
}

function withoutExitCode(evidence: JobEvidence): LaunchEnd {
  const { job, sighting, began, runFolder, remarks, lastOutput } = evidence;
  const output = lastOutput || remarks;
  const said = output === '' ? '' : ` Its last lines:\n${output}`;
  const on = sighting?.nodes ? ` on ${sighting.nodes}` : '';
  if (!began && sighting) {
    return crashed(
      'failed',
      null,
      `Slurm says ${sighting.state} of job ${job}${on}, yet nothing of it appeared in ${runFolder}. Do the nodes see this folder? It must lie on a filesystem that they share with this machine, such as the home folder of the cluster. Else a line of run.slurm.header has ended the script.${said}`,
    );
  }
  const known = sighting
    ? `Slurm says ${sighting.state} of it`
    : 'Slurm does not know it any more, and keeps no accounting';
  return crashed(
    'crashed',
    null,
    `Job ${job}${on} ended without an exit code: ${known}. It was killed: by its time or memory limit, with its node, or by somebody.${said}`,
  );
}

function scriptFailure(code: number, { sighting, runFolder, cwd }: JobEvidence): string {
  const node = sighting?.nodes || 'its node';
  return code === scriptFailures.noDirectory
    ? `The working directory ${cwd} cannot be entered on ${node}. It must lie on a filesystem that the nodes share with this machine; mend run.cwd in counterweight.yaml.`
    : `The files in ${runFolder} cannot be read on ${node}. The folder must lie on a filesystem that the nodes share with this machine.`;
}

/** Reasons for waiting that pass by themselves (squeue(1), "JOB REASON CODES"). */
const patientReasons: ReadonlySet<string> = new Set([
  '',
  'ArrayTaskLimit',
  'BeginTime',
  'BurstBufferStageIn',
  'Cleaning',
  'Dependency',
  'FairShare',
  'InactiveLimit',
  'JobArrayTaskLimit',
  'Licenses',
  'Priority',
  'Prolog',
  'Resources',
  'WaitingForScheduling',
]);

/** What other reasons for waiting mean to whoever wrote the header, the first that fits. */
const waitingHints: readonly (readonly [RegExp, (job: string, reason: string) => string])[] = [
  [
    /^(?:JobHeldUser|job_requeued_in_held_state)$/,
    (job, reason) =>
      `Slurm holds job ${job} (${reason}). Let it go on with: scontrol release ${job}`,
  ],
  [
    /held/i,
    (job, reason) =>
      `Slurm holds job ${job} (${reason}). An administrator of the cluster can release it.`,
  ],
  [
    /^DependencyNeverSatisfied/,
    (job, reason) =>
      `Job ${job} will never begin (${reason}): what #SBATCH --dependency waits for has failed. Cancel it.`,
  ],
  [
    /^(?:PartitionTimeLimit|PartitionNodeLimit|BadConstraints|MaxMemPerLimit|AccountNotAllowed|QOSNotAllowed|InvalidAccount|InvalidQOS)/,
    (job, reason) =>
      `Job ${job} cannot begin as it is (${reason}). Cancel it and mend the #SBATCH lines in run.slurm.header; sinfo -l tells what the partition allows.`,
  ],
  [
    /^(?:PartitionDown|PartitionInactive|ReqNodeNotAvail|Nodes_required|Nodes required|NodeDown|Reservation)/,
    (job, reason) =>
      `Job ${job} waits because what it asks for is not in service (${reason}); sinfo tells more.`,
  ],
  [
    /^(?:Assoc|QOS|MaxJobs|MaxSubmit)/,
    (job, reason) =>
      `Job ${job} waits at a limit of your account or quality of service (${reason}).`,
  ],
];

/** What a person should know of a job that waits; undefined where it need only wait for its turn. */
export function describeWaiting(job: string, { reason }: JobSighting): string | undefined {
  if (patientReasons.has(reason)) return undefined;
  const hint = waitingHints.find(([pattern]) => pattern.test(reason));
  if (hint) return hint[1](job, reason);
  return `Job ${job} waits (${reason}). If it goes on like that, see the #SBATCH lines in run.slurm.header and: scontrol show job ${job}`;
}

/** Of a run that may have been given to Slurm, which does not know it. */
export const neverTaken =
  'It was on its way to Slurm when this window was closed, or Slurm gave no answer, and Slurm does not know it. Run it again.';

/** Why a command of Slurm could not be started. */
export function describeMissing(program: string, code: string): string {
  if (code !== 'ENOENT') return `${program} could not be started (${code}).`;
  return `${program} was not found on PATH. run.slurm in counterweight.yaml submits runs to a Slurm cluster: open the folder on a login node of it (Remote - SSH), or take run.slurm out to run on this machine.`;
}

/** Why `sbatch` took no job. `partitions`: those that there are. */
export function describeRefusal(output: ProgramOutput, partitions: readonly string[]): string {
  const said = firstLine(lastErrors(output.stderr)) || 'it said nothing';
  const hint = hintFor(output.stderr, partitions);
  return `sbatch took no job: ${said}.${hint === '' ? '' : ` ${hint}`}`;
}

/** Warnings may come before the error; Slurm's last line ("Batch job submission failed") sums up. */
function lastErrors(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /error|fatal|invalid|unrecognized/i.test(line));
  const fatal = lines.filter((line) => /^sbatch: fatal: /.test(line));
  if (fatal.length > 0) return fatal.join('\n');
  const telling = lines.filter((line) => !/^sbatch: error: Batch job submission failed/.test(line));
  return telling.join('\n') || lines.join('\n') || stderr;
}

function hintFor(stderr: string, partitions: readonly string[]): string {
  const hints: readonly (readonly [RegExp, string])[] = [
    [
      /invalid partition/i,
      `Mend #SBATCH --partition in run.slurm.header.${partitions.length === 0 ? '' : ` There are: ${partitions.join(', ')}.`}`,
    ],
    [/invalid account/i, 'Mend #SBATCH --account in run.slurm.header.'],
    [/invalid qos/i, 'Mend #SBATCH --qos in run.slurm.header.'],
    [
      /node configuration is not available|gres|memory specification/i,
      'No node of the partition has what the #SBATCH lines in run.slurm.header ask for; sinfo -o "%P %c %m %G" shows what there is.',
    ],
    [/time limit/i, 'Mend #SBATCH --time in run.slurm.header.'],
    [
      /job violates|limit|MaxSubmit/i,
      'Wait until some of your jobs have ended, or ask for fewer seeds.',
    ],
    [
      /job array/i,
      'The cluster does not take job arrays of this size (scontrol show config, MaxArraySize).',
    ],
    [
      /configuration source/i,
      'This machine belongs to no cluster; open the folder on a login node of one (Remote - SSH), or take run.slurm out of counterweight.yaml to run here.',
    ],
    [/contact slurm controller|connect|authenticat|munge/i, 'Ask an administrator of the cluster.'],
    [
      /unrecognized option|invalid option|invalid .* specification|ambiguous/i,
      'Mend the #SBATCH lines in run.slurm.header.',
    ],
  ];
  return hints.find(([pattern]) => pattern.test(stderr))?.[1] ?? '';
}
