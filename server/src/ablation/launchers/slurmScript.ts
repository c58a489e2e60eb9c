import { fail, type Result, succeed } from '../../base/result.ts';
import type { SlurmLaunch } from '../launcher.ts';
import { isDirective } from './slurmHeader.ts';

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
  /** There once a person ends the run: what is still alive a second later is killed. */
  cancel: 'cancel',
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

/** Bytes, and the size of a few reads, of each of the two files that output is kept in: the newest, and what was before. */
const logLimit = 20 * 2 ** 20;

/** Between asking a program to end and killing it, where a person ends the run. */
const graceSeconds = 1;

const body = `
counterweight_folders=()
while IFS= read -r -d '' counterweight_entry; do
  counterweight_folders+=("$counterweight_entry")
done <"$counterweight_array/${folders}" || exit ${scriptFailures.noFolder}
counterweight_run=\${counterweight_folders[$SLURM_ARRAY_TASK_ID]}
counterweight_state=$counterweight_run/${state}

# Not there for the next attempt, where Slurm starts the job anew on another node.
rm -f "$counterweight_state/${exit}" "$counterweight_run/stdout.log.1" "$counterweight_run/stderr.log.1"
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

# What the program prints is kept within a limit, the newest of it in any case. A signal that Slurm
# sends to all of the job must not end those that write it down.
counterweight_keep() {
  trap '' TERM INT USR1 USR2 HUP
  local counterweight_before=0 counterweight_size
  : >"$1"
  # So many reads at a time, each written down at once: nothing waits for a block to be full.
  while dd bs=65536 count=256 2>/dev/null >>"$1"; do
    counterweight_size=$(wc -c <"$1")
    [ "$counterweight_size" -gt "$counterweight_before" ] || break
    counterweight_before=$counterweight_size
    if [ "$counterweight_size" -ge ${logLimit} ]; then
      mv -f "$1" "$1.1"
      : >"$1"
      counterweight_before=0
    fi
  done
  # The end is in the file of this name, whatever became of the one before.
  [ -s "$1" ] || [ ! -e "$1.1" ] || mv -f "$1.1" "$1"
  # A full disk is no reason to stop the program.
  cat >/dev/null
}
counterweight_pipes=$(mktemp -d 2>/dev/null || mktemp -d /tmp/counterweight.XXXXXX) || :
if [ -n "$counterweight_pipes" ] &&
  mkfifo "$counterweight_pipes/out" "$counterweight_pipes/err" 2>/dev/null; then
  counterweight_keep "$counterweight_run/stdout.log" <"$counterweight_pipes/out" &
  counterweight_keepers=$!
  exec 8>"$counterweight_pipes/out"
  counterweight_keep "$counterweight_run/stderr.log" <"$counterweight_pipes/err" 8>&- &
  counterweight_keepers="$counterweight_keepers $!"
  exec 9>"$counterweight_pipes/err"
else
  counterweight_keepers=
  exec 8>"$counterweight_run/stdout.log" 9>"$counterweight_run/stderr.log"
fi
[ -z "$counterweight_pipes" ] || rm -rf "$counterweight_pipes"

(exec "\${counterweight_arguments[@]}") </dev/null >&8 2>&9 8>&- 9>&- &
counterweight_child=$!
exec 8>&- 9>&-

counterweight_kill() {
  local counterweight_pid
  for counterweight_pid in $(ps -o pid= --ppid "$1" 2>/dev/null); do
    counterweight_kill "$counterweight_pid"
  done
  kill -KILL "$1" 2>/dev/null
}
# Slurm asks everything in the job to end, and kills it much later. A person who ends it need not wait
# so long. Listing the folder makes a network filesystem look anew.
counterweight_stop() {
  ls "$counterweight_state" >/dev/null 2>&1
  if [ -e "$counterweight_state/${slurmFiles.cancel}" ]; then
    (sleep ${graceSeconds}; counterweight_kill "$counterweight_child") >/dev/null 2>&1 &
  fi
  return 0
}
trap counterweight_stop TERM
trap : INT
# Slurm sends what --signal=B:… asks for to this shell only.
for counterweight_signal in USR1 USR2 HUP; do
  trap "kill -$counterweight_signal $counterweight_child 2>/dev/null || :" "$counterweight_signal"
done
counterweight_code=0
wait "$counterweight_child" || counterweight_code=$?
# A signal ends the waiting, not the program.
while kill -0 "$counterweight_child" 2>/dev/null; do
  counterweight_code=0
  wait "$counterweight_child" || counterweight_code=$?
done
# The end of what it printed; a process that it has left behind would hold it up for ever.
for counterweight_pause in 0.1 0.1 0.3 0.5 1 1 2; do
  [ -n "$counterweight_keepers" ] && kill -0 $counterweight_keepers 2>/dev/null || break
  sleep "$counterweight_pause"
done
counterweight_end "$counterweight_code"`
  .trim()
  .split('\n');
