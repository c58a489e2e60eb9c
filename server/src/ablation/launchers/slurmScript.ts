import { fail, type Result, succeed } from '../../base/result.ts';
import type { SlurmLaunch } from '../launcher.ts';

/** Names of the files that the batch script and the launcher speak through. */
export const slurmFiles = {
  /** In the folder of an array: the folders of its runs, in the order of their indices. */
  folders: 'folders',
  script: 'batch.sh',
  /** In the folder of a run; everything below lies in it. */
  state: 'slurm',
  /** The program and its arguments. */
  arguments: 'arguments',
  /** `NAME=value` of each variable that is added. */
  environment: 'environment',
  directory: 'directory',
  /** The folder of the array that the run is in. */
  array: 'array',
  /** `<job>_<index> <node>`, written by the script once it runs. */
  started: 'started',
  /** The exit code, written by the script at its end. */
  exit: 'exit',
} as const;

/** Exit codes of the script itself, from a range that programs seldom use. */
export const scriptFailures = {
  /** The folder of the run cannot be read on the node. */
  noFolder: 91,
  /** The working directory cannot be entered on the node. */
  noDirectory: 92,
} as const;

/** What the script says of the array's own task: beside it, where Slurm writes its remarks too. */
export function taskOutputName(index: number | '%a'): string {
  // Not `.log` or `.out`, which would be read as the logs of a run.
  return `task-${index}.txt`;
}

/** Options that are ours to give: in the header they would be overruled without a word. */
const ownOptions: ReadonlyMap<string, string> = new Map([
  ['--array', 'its tasks are the runs of the experiment; see run.slurm.array_limit'],
  ['-a', 'its tasks are the runs of the experiment; see run.slurm.array_limit'],
  ['--output', 'what a run prints is kept in its folder'],
  ['-o', 'what a run prints is kept in its folder'],
  ['--error', 'what a run prints is kept in its folder'],
  ['-e', 'what a run prints is kept in its folder'],
  ['--chdir', 'the working directory is run.cwd'],
  ['-D', 'the working directory is run.cwd'],
  ['--workdir', 'the working directory is run.cwd'],
  ['--wait', 'runs are followed without it'],
  ['-W', 'runs are followed without it'],
  ['--clusters', 'jobs are looked for on one cluster only; set SLURM_CLUSTERS for the editor'],
  ['-M', 'jobs are looked for on one cluster only; set SLURM_CLUSTERS for the editor'],
]);

/** Whether the header can stand in a batch script, or in words why not. */
export function checkHeader(header: readonly string[]): Result<readonly string[]> {
  for (const line of header) {
    const problem = problemOf(line);
    if (problem !== undefined) return fail(`counterweight.yaml: ${problem}`);
  }
  return succeed(header);
}

function problemOf(line: string): string | undefined {
  if (/[\r\n\0]/.test(line)) return 'each entry of run.slurm.header is one line.';
  if (!isDirective(line)) {
    return /^\s*#\s*SBATCH\b/i.test(line)
      ? `"${line}" in run.slurm.header is a mere comment to Slurm; write #SBATCH at its beginning, in capitals, and a space behind it.`
      : undefined;
  }
  const own = optionsOf(line).find((name) => ownOptions.has(name));
  return own === undefined
    ? undefined
    : `take ${own} out of run.slurm.header: ${ownOptions.get(own)}.`;
}

function isDirective(line: string): boolean {
  return /^#SBATCH\s/.test(line);
}

/** `--time` of `--time=1:00`, `-t` of `-t 10` and of `-t10`. */
function optionsOf(line: string): readonly string[] {
  return line
    .split(/\s+/)
    .filter((word) => word.startsWith('-'))
    .map((word) => (word.startsWith('--') ? (word.split('=')[0] ?? word) : word.slice(0, 2)));
}

/** True where the header gives the jobs a name of its own. */
export function namesJob(header: readonly string[]): boolean {
  return header.filter(isDirective).some((line) => {
    const options = optionsOf(line);
    return options.includes('--job-name') || options.includes('-J');
  });
}

/** Whether a run can be handed to the batch script, or in words why not. */
export function checkRun({ command, env }: SlurmLaunch): Result<undefined> {
  const withNul = [...command, ...Object.values(env)].find((text) => text.includes('\0'));
  if (withNul !== undefined) {
    return fail(
      'counterweight.yaml: a character of run.command or run.env is NUL, which no program takes.',
    );
  }
  const name = Object.keys(env).find((key) => !/^[A-Za-z_]\w*$/.test(key));
  return name === undefined
    ? succeed(undefined)
    : fail(`counterweight.yaml: ${name} in run.env is no name that a batch script can export.`);
}

/** Texts as the script reads them back: no character has a meaning but NUL, which ends each. */
export function separateByNul(texts: readonly string[]): string {
  return texts.map((text) => `${text}\0`).join('');
}

/**
 * The batch script of an array. Nothing of a run stands in it: it finds the folder of its run by
 * the index of its task, and there, in files, what to start and where. So whatever a path, an
 * argument or a variable holds, no shell reads it. It needs bash 4.2 (that of CentOS 7).
 *
 * `header`: the user's lines; those of Slurm first, for Slurm reads none below the first command.
 */
export function batchScript(header: readonly string[]): string {
  const directives = header.filter(isDirective);
  const setUp = header.filter((line) => !isDirective(line));
  const lines = ['#!/bin/bash', ...directives, '', ...prologue, ...setUp, '', ...body];
  return `${lines.join('\n')}\n`;
}

/** A sourced file (conda's `activate`) would take the arguments of the script for its own. */
const prologue = ['counterweight_array=$1', 'set --'];

const { state, folders, directory, environment, started, exit } = slurmFiles;

const body = `
counterweight_folders=()
while IFS= read -r -d '' counterweight_entry; do
  counterweight_folders+=("$counterweight_entry")
done <"$counterweight_array/${folders}" || exit ${scriptFailures.noFolder}
counterweight_run=\${counterweight_folders[$SLURM_ARRAY_TASK_ID]}
counterweight_state=$counterweight_run/${state}

# Not there for the next attempt, where Slurm starts the job anew on another node.
rm -f "$counterweight_state/${exit}"
printf '%s %s\\n' "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" "\${SLURMD_NODENAME:-}" \\
  >"$counterweight_state/${started}" || exit ${scriptFailures.noFolder}

counterweight_end() {
  printf '%s\\n' "$1" >"$counterweight_state/${exit}.part" &&
    mv -f "$counterweight_state/${exit}.part" "$counterweight_state/${exit}"
  exit "$1"
}

counterweight_arguments=()
while IFS= read -r -d '' counterweight_entry; do
  counterweight_arguments+=("$counterweight_entry")
done <"$counterweight_state/${slurmFiles.arguments}" || counterweight_end ${scriptFailures.noFolder}
while IFS= read -r -d '' counterweight_entry; do
  export "$counterweight_entry"
done <"$counterweight_state/${environment}" || counterweight_end ${scriptFailures.noFolder}
IFS= read -r -d '' counterweight_directory <"$counterweight_state/${directory}"
cd -- "$counterweight_directory" || counterweight_end ${scriptFailures.noDirectory}

(exec "\${counterweight_arguments[@]}") </dev/null \\
  >"$counterweight_run/stdout.log" 2>"$counterweight_run/stderr.log" &
counterweight_child=$!
# Slurm sends SIGTERM to everything in the job, but what --signal=B:… asks for to this shell only.
trap : TERM INT
for counterweight_signal in USR1 USR2 HUP; do
  trap "kill -$counterweight_signal $counterweight_child 2>/dev/null" "$counterweight_signal"
done
counterweight_code=0
wait "$counterweight_child" || counterweight_code=$?
# A signal ends the waiting, not the program.
while kill -0 "$counterweight_child" 2>/dev/null; do
  counterweight_code=0
  wait "$counterweight_child" || counterweight_code=$?
done
counterweight_end "$counterweight_code"`
  .trim()
  .split('\n');
