import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';

import { listProcesses } from '../../../server/src/ablation/launchers/processTable.ts';
import {
  isOver,
  parseJobs,
  parseSubmission,
} from '../../../server/src/ablation/launchers/slurmCommands.ts';
import {
  checkHeader,
  namesDependency,
  namesJob,
} from '../../../server/src/ablation/launchers/slurmHeader.ts';
import { batchScript, separateByNul } from '../../../server/src/ablation/launchers/slurmScript.ts';
import {
  describeJobEnd,
  describeMissing,
  describeRefusal,
  describeWaiting,
  type JobEvidence,
} from '../../../server/src/ablation/launchers/slurmWords.ts';

describe('what Slurm prints', () => {
  it('is read by the job', () => {
    const squeue = [
      '17_0|RUNNING|gpu-[01-02]|None|/shared/a',
      '17_1|PENDING||JobHeldUser|/shared/a',
      '17_2|CANCELLED|gpu-03|None|/shared/a',
      '18|PENDING||(Resources)|/shared/o|dd',
      'slurm_load_jobs error: nothing of a job',
    ].join('\n');
    expect([...parseJobs(squeue)]).toEqual([
      ['17_0', { state: 'RUNNING', nodes: 'gpu-[01-02]', reason: '', folder: '/shared/a' }],
      ['17_1', { state: 'PENDING', nodes: '', reason: 'JobHeldUser', folder: '/shared/a' }],
      ['17_2', { state: 'CANCELLED', nodes: 'gpu-03', reason: '', folder: '/shared/a' }],
      ['18', { state: 'PENDING', nodes: '', reason: '(Resources)', folder: '/shared/o|dd' }],
    ]);
  });

  it('is read from the accounting, whose states say more and whose steps are no jobs', () => {
    const sacct =
      '17_3|CANCELLED by 1000|n1\n17_3.batch|CANCELLED|n1\n17_[4-7]|PENDING|None assigned\n';
    expect([...parseJobs(sacct)]).toEqual([
      ['17_3', { state: 'CANCELLED', nodes: 'n1', reason: '', folder: '' }],
    ]);
  });

  test.each([
    ['TIMEOUT', true],
    ['OUT_OF_MEMORY', true],
    ['COMPLETED', true],
    ['COMPLETING', false],
    ['PENDING', false],
    ['A_STATE_OF_TOMORROW', false],
  ])('%s is the end of a job: %s', (state, over) => {
    expect(isOver({ state, reason: '', nodes: '', folder: '' })).toBe(over);
  });

  test.each([
    ['123\n', '123'],
    ['123;cluster\n', '123'],
    ['sbatch: a word from the site\n124\n', '124'],
    ['Submitted batch job', undefined],
  ])('a submission: %j', (stdout, id) => {
    expect(parseSubmission(stdout)).toBe(id);
  });
});

describe('the header', () => {
  test.each([
    ['#SBATCH --array=0-3', /take --array out.*array_limit/],
    ['#SBATCH -p gpu -o out.txt', /take -o out.*kept in its folder/],
    ['#SBATCH -D/data', /take -D out.*run\.cwd/],
    ['#SBATCH --outp=out.txt', /take --output out/],
    ['#SBATCH -Ho out.txt', /take -o out/],
    ['#SBATCH hetjob', /none of heterogeneous jobs/],
    ['# SBATCH --mem=4G', /mere comment to Slurm/],
    ['#sbatch --mem=4G', /mere comment to Slurm/],
    ['module load cuda\nrm', /one line/],
  ])('cannot hold %j', (line, words) => {
    const checked = checkHeader([line]);
    expect(checked.ok ? '' : checked.error).toMatch(words);
  });

  it('may hold what is the user’s to say', () => {
    const header = [
      '#SBATCH --partition=gpu --time 4:00:00',
      '#SBATCH --comment="mind -o and --array" -n 1 # not --output',
      '#SBATCH -J-o',
      'module load cuda/12',
      '# a note',
    ];
    expect(checkHeader(header)).toEqual({ ok: true, value: header });
    expect(namesJob(header)).toBe(true);
    expect(namesJob(['#SBATCH --mem=4G', '# -J mine'])).toBe(false);
    expect(namesDependency(['#SBATCH -H -d singleton'])).toBe(true);
    expect(namesDependency(header)).toBe(false);
  });

  it('gives its lines of Slurm before its commands, or Slurm would not read them', () => {
    const lines = batchScript(['module load cuda', '#SBATCH --mem=4G']).split('\n');
    expect(lines.slice(0, 2)).toEqual(['#!/bin/bash', '#SBATCH --mem=4G']);
    expect(lines.indexOf('module load cuda')).toBeGreaterThan(1);
  });
});

describe('the batch script', () => {
  let folder = '';
  beforeEach(() => {
    // Whatever a shell would make of this name, it is one.
    folder = mkdtempSync(join(tmpdir(), "counterweight $(echo 'x') \"é %a\n-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function writeRun(command: readonly string[], header: readonly string[] = []) {
    const run = join(folder, 'run; echo');
    const state = join(run, 'slurm');
    const cwd = join(folder, 'working folder');
    for (const made of [state, cwd]) mkdirSync(made, { recursive: true });
    const variables = ["OWN=two $HOME words\nand 'more'", 'EMPTY='];
    writeFileSync(join(state, 'arguments'), separateByNul(command));
    writeFileSync(join(state, 'environment'), separateByNul(variables));
    writeFileSync(join(state, 'directory'), separateByNul([cwd]));
    writeFileSync(join(folder, 'folders'), separateByNul(['/no/such/run', run]));
    writeFileSync(join(folder, 'batch.sh'), batchScript(header));
    const env = { ...process.env, SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '1' };
    const read = (name: string): string => readFileSync(join(run, name), 'utf8');
    return { read, cwd, env, script: [join(folder, 'batch.sh'), folder] };
  }

  function runScript(command: readonly string[], header?: readonly string[]) {
    const { read, cwd, env, script } = writeRun(command, header);
    const { status } = spawnSync('bash', script, { env, stdio: 'ignore' });
    return { status, read, cwd };
  }

  const show =
    'import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), os.environ["OWN"], os.environ["EMPTY"], sys.stdin.read()])); sys.stderr.write("said\\n"); sys.exit(5)';

  it('hands everything over as it is, and leaves the exit code', () => {
    const odd = ['$(echo no shell)', '', 'a\nb', '*', "it's", '-n', '\\', 'é'];
    const { status, read, cwd } = runScript(['python3', '-c', show, ...odd]);
    expect(JSON.parse(read('stdout.log'))).toEqual([
      odd,
      cwd,
      "two $HOME words\nand 'more'",
      '',
      '',
    ]);
    expect(read('stderr.log')).toBe('said\n');
    expect([status, read('slurm/exit'), read('slurm/started')]).toEqual([5, '5\n', '7_1 \n']);
  });

  it('comes to its end whatever the header sets', () => {
    const { status, read } = runScript(['false'], ['set -eu', 'set -o pipefail']);
    expect([status, read('slurm/exit')]).toEqual([1, '1\n']);
  });

  it('gives the code of a signal as shells do, and of a program that is not there', () => {
    const killed = runScript(['python3', '-c', 'import os; os.kill(os.getpid(), 9)']);
    expect(killed.read('slurm/exit')).toBe('137\n');
    expect(runScript(['no-such-program']).read('slurm/exit')).toBe('127\n');
  });

  it('passes on the signal that --signal=B:… asks for, and waits for the end', async () => {
    const saves =
      'import signal, sys; signal.signal(signal.SIGUSR1, lambda *_: (print("saved"), sys.exit(0))); print("up", flush=True); signal.pause()';
    const { read, env, script } = writeRun(['python3', '-c', saves]);
    const batch = spawn('bash', script, { env });
    const ended = once(batch, 'exit');
    await vi.waitFor(() => expect(read('stdout.log')).toBe('up\n'), 15_000);
    batch.kill('SIGUSR1');
    expect(await ended).toEqual([0, null]);
    expect([read('stdout.log'), read('slurm/exit')]).toEqual(['up\nsaved\n', '0\n']);
  });

  it('kills what does not end by itself a second after a person has ended it, and only then', async () => {
    const stubborn =
      'import signal, subprocess, sys; signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True)); child = subprocess.Popen(["sleep", "60"], start_new_session=True); print(child.pid, flush=True)\nwhile True: signal.pause()';
    const { read, env, script } = writeRun(['python3', '-c', stubborn]);
    const batch = spawn('bash', script, { env });
    const ended = once(batch, 'exit');
    await vi.waitFor(() => expect(read('stdout.log')).toMatch(/^\d+\n$/), 15_000);
    // Slurm signals all of the job; here it is the script's turn alone.
    batch.kill('SIGTERM');
    writeFileSync(join(folder, 'run; echo', 'slurm', 'cancel'), '');
    const before = performance.now();
    batch.kill('SIGTERM');
    expect(await ended).toEqual([137, null]);
    expect(performance.now() - before).toBeGreaterThan(900);
    const child = Number.parseInt(read('stdout.log'), 10);
    expect(listProcesses().some(({ pid }) => pid === child)).toBe(false);
  });

  it('keeps the newest output within a limit, to the last byte, and bytes that are no text', () => {
    const prints =
      'import sys\nfor i in range(20000): print("line", i, "x" * 90)\nsys.stdout.flush(); sys.stderr.buffer.write(b"\\xff\\x00\\xfe end")';
    const { read, cwd, env, script } = writeRun(['python3', '-c', prints]);
    const [path = ''] = script;
    const script20MiB = readFileSync(path, 'utf8');
    const short = script20MiB.replaceAll('20971520', '100000').replace('count=256', 'count=4');
    writeFileSync(path, short);
    expect(spawnSync('bash', script, { env, cwd }).status).toBe(0);
    // Where the last piece ended at the limit, the file before has taken the place of an empty one.
    const before = existsSync(join(folder, 'run; echo', 'stdout.log.1'))
      ? read('stdout.log.1')
      : '';
    const kept = `${before}${read('stdout.log')}`.split('\n');
    expect(kept.length).toBeGreaterThan(500);
    const last = Array.from(
      { length: kept.length - 2 },
      (_, at) => `line ${20_002 - kept.length + at}`,
    );
    expect(last.length).toBeLessThan(10_000);
    expect(kept.slice(1, -1).map((line) => line.replace(/ x+$/, ''))).toEqual(last);
    expect(readFileSync(join(folder, 'run; echo', 'stderr.log'))).toEqual(
      Buffer.from([0xff, 0, 0xfe, ...Buffer.from(' end')]),
    );
  });

  it('is not held up by a process that the program leaves behind', () => {
    const start = performance.now();
    const { status, read } = runScript(['sh', '-c', 'echo done; sleep 30 & echo $!']);
    expect(status).toBe(0);
    expect(performance.now() - start).toBeLessThan(15_000);
    const [line, pid] = read('stdout.log').split('\n');
    expect(line).toBe('done');
    process.kill(Number(pid), 'SIGKILL');
  });

  it('keeps its own arguments from what the header sources', () => {
    const { read } = runScript(['sh', '-c', 'echo "$COUNT"'], ['export COUNT=$#']);
    expect(read('stdout.log')).toBe('0\n');
  });
});

describe('the end of a job in words', () => {
  const evidence: JobEvidence = {
    job: '17_2',
    sighting: { state: 'FAILED', reason: '', nodes: 'gpu-01', folder: '' },
    exitCode: undefined,
    began: true,
    cancelled: false,
    runFolder: '/shared/me/.counterweight/runs/a',
    cwd: '/shared/me/project',
    lastOutput: 'step 3',
    remarks: '',
  };
  const seen = (state: string) => ({ state, reason: '', nodes: 'gpu-01', folder: '' });

  test.each([
    ['TIMEOUT', 143, 'crashed', /time limit.*--time.*Its last lines:\nstep 3/s],
    ['OUT_OF_MEMORY', 137, 'crashed', /more memory than.*--mem/],
    ['NODE_FAIL', undefined, 'crashed', /node of job 17_2 failed on gpu-01/],
    ['PREEMPTED', undefined, 'crashed', /higher priority/],
    ['CANCELLED', 143, 'cancelled', /cancelled outside of this editor/],
    ['FAILED', 3, 'failed', /exited with code 3\. Its last lines:\nstep 3/],
    ['FAILED', 137, 'crashed', /ended by the signal SIGKILL/],
    ['FAILED', 92, 'failed', /\/shared\/me\/project cannot be entered on gpu-01.*run\.cwd/],
    ['FAILED', undefined, 'crashed', /without an exit code: Slurm says FAILED/],
  ])('%s with exit code %s is %s', (state, exitCode, expected, words) => {
    const end = describeJobEnd({ ...evidence, sighting: seen(state), exitCode });
    expect(end.state).toBe(expected);
    expect(end.reason).toMatch(words);
  });

  test.each([
    ['COMPLETED', 0],
    ['COMPLETED', undefined],
    // A worker of its own was killed; the program itself came to its end.
    ['OUT_OF_MEMORY', 0],
  ])('%s with exit code %s is a result', (state, exitCode) => {
    const end = describeJobEnd({ ...evidence, sighting: seen(state), exitCode });
    expect(end).toEqual({ state: 'finished', exitCode: 0, signal: null });
  });

  it('is a cancellation where a session that is gone had asked for it', () => {
    const end = describeJobEnd({ ...evidence, sighting: undefined, cancelled: true });
    expect(end).toEqual({ state: 'cancelled', exitCode: null, signal: null });
  });

  it('is read from the remarks where Slurm says no more than FAILED', () => {
    const remarks = [
      'slurmstepd-n1: error: StepId=1.batch exceeded memory limit (426737664 > 52428800), being killed',
      'slurmstepd-n1: error: Exceeded job memory limit',
      'slurmstepd-n1: error: *** JOB 1 ON n1 CANCELLED AT 2026-11-21T22:17:57 ***',
    ].join('\n');
    expect(describeJobEnd({ ...evidence, remarks }).reason).toMatch(/more memory than/);
  });

  it('says where the files are missing that no node sees', () => {
    const end = describeJobEnd({ ...evidence, began: false, lastOutput: '' });
    expect(end.reason).toMatch(
      /nothing of it appeared in \/shared\/me.*Do the nodes see this folder/,
    );
  });

  test.each([
    [
      'slurmstepd: error: *** JOB 9 ON n1 CANCELLED AT 2026-11-21T10:00:00 DUE TO TIME LIMIT ***',
      /time limit/,
    ],
    ['slurmstepd: error: Detected 1 oom_kill event in StepId=9.batch.', /more memory/],
    ['the header said: out of memory', /Slurm does not know it any more/],
  ])('is read from the remarks where Slurm has forgotten the job: %s', (remarks, words) => {
    const end = describeJobEnd({ ...evidence, sighting: undefined, remarks });
    expect(end).toMatchObject({ state: 'crashed', reason: expect.stringMatching(words) });
  });
});

describe('waiting and refusals in words', () => {
  test.each([
    ['Priority', undefined],
    ['Resources', undefined],
    ['JobHeldUser', /scontrol release 17_0/],
    ['JobHeldAdmin', /administrator/],
    ['launch failed requeued held', /holds job 17_0/],
    ['PartitionTimeLimit', /17_0 cannot begin as it is.*#SBATCH lines/],
    ['DependencyNeverSatisfied', /will never begin.*Cancel it/],
    ['SomethingNew', /#SBATCH lines.*scontrol show job 17_0/],
    ['QOSMaxGRESPerUser', /limit of your account/],
    ['ReqNodeNotAvail, UnavailableNodes:n7', /not in service/],
  ])('a job that waits for %s', (reason, words) => {
    const said = describeWaiting('17_0', { state: 'PENDING', reason, nodes: '', folder: '' });
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(words);
  });

  test.each([
    [
      'sbatch: error: invalid partition specified: gpuu\nsbatch: error: Batch job submission failed: Invalid partition name specified\n',
      /invalid partition specified: gpuu\. Mend #SBATCH --partition.*There are: cpu, gpu\./,
    ],
    [
      'sbatch: error: Memory specification can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available\n',
      /Memory specification can not be satisfied\. No node of the partition/,
    ],
    [
      'sbatch: unrecognized option \'--tmie=4\'\nTry "sbatch --help" for more information\n',
      /unrecognized option '--tmie=4'\. Mend the #SBATCH lines/,
    ],
    [
      'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n',
      /Unable to contact slurm controller.*administrator/,
    ],
  ])('a submission that is refused: %j', (stderr, words) => {
    const output = { exitCode: 1, stdout: '', stderr };
    expect(describeRefusal(output, ['cpu', 'gpu'])).toMatch(words);
  });

  it('a machine that has the commands and belongs to no cluster', () => {
    const stderr =
      'sbatch: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host\nsbatch: error: fetch_config: DNS SRV lookup failed\nsbatch: fatal: Could not establish a configuration source\n';
    expect(describeRefusal({ exitCode: 1, stdout: '', stderr }, [])).toMatch(
      /^sbatch took no job: Could not establish a configuration source\. This machine belongs to no/,
    );
  });

  it('a machine without Slurm', () => {
    expect(describeMissing('sbatch', 'ENOENT')).toMatch(
      /not found on PATH.*login node.*run\.slurm/,
    );
  });
});
