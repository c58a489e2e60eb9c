import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type {
  LaunchEnd,
  LaunchEvents,
  LaunchProgress,
  TaskLaunch,
} from '../../server/src/ablation/launcher.ts';
import { silentLogger } from '../../server/src/base/logger.ts';
import { HostClient } from '../../server/src/hostClient/hostClient.ts';
import type { HostPatience } from '../../server/src/hostClient/trainHostProcess.ts';
import { runIdSchema } from '../../server/src/model/run.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const trainHostPath = fileURLToPath(new URL('../../dist/trainHost.cjs', import.meta.url));

const smallConfig = `
task: flow-edit
batch_size: 16
model:
  transformer:
    editor:
      width: 12
      flow_matching:
        velocity_loss_weight: 1.0
        render_loss_weight: 0.5
  renderer:
    width: 12
`;

type Started = Parameters<LaunchEvents['started']>[0];

interface LaunchOptions {
  readonly config?: string;
  readonly steps?: number;
  readonly backend?: string;
  readonly patience?: Partial<HostPatience>;
  readonly checkpointEvery?: number;
  readonly memoryLimit?: number;
  readonly from?: TaskLaunch['from'];
  /** Another program in place of the train host. */
  readonly program?: string;
}

let workspace: TemporaryWorkspace;
/** Kept over all tests, so that only the first run measures the backends. */
let cache: TemporaryWorkspace;
let clients: HostClient[] = [];

beforeAll(() => {
  if (!existsSync(trainHostPath)) {
    throw new Error(`${trainHostPath} is not there: run \`npm run build\` first.`);
  }
  cache = new TemporaryWorkspace();
});

afterAll(() => cache[Symbol.dispose]());

beforeEach(() => {
  workspace = new TemporaryWorkspace();
});

afterEach(() => {
  for (const client of clients) client.dispose();
  clients = [];
  workspace[Symbol.dispose]();
});

/** Starts a run and lets the test wait for its first step that is at least `step`. */
function launch({
  config = smallConfig,
  steps,
  backend,
  patience = {},
  program = trainHostPath,
  checkpointEvery = 500,
  memoryLimit = 0,
  from = 'start',
}: LaunchOptions = {}) {
  workspace.write('run/config.yaml', config);
  const client = new HostClient({
    ...{
      trainHostPath: program,
      nodePath: () => '',
      cacheFolder: cache.root,
      logger: silentLogger,
      patience,
    },
  });
  clients.push(client);
  const spec: TaskLaunch = {
    engine: 'task',
    runId: runIdSchema.parse('run'),
    runFolder: workspace.path('run'),
    configPath: workspace.path('run/config.yaml'),
    seed: 3,
    probeEvery: 10,
    ...{ checkpointEvery, memoryLimit, from },
    ...(steps === undefined ? {} : { steps }),
    ...(backend === undefined ? {} : { backend }),
  };
  const started: Started[] = [];
  const progress: LaunchProgress[] = [];
  const notices: string[] = [];
  const checkpoints: number[] = [];
  const unwritten: number[] = [];
  const waiting: { readonly step: number; readonly resolve: () => void }[] = [];
  const handle = client.launch(spec, {
    submitted: () => undefined,
    started: (info) => void started.push(info),
    notice: ({ text }) => void notices.push(text),
    checkpoint: (step) => void checkpoints.push(step),
    progress(latest) {
      progress.push(latest);
      if (!metricLines().some((line) => line.step === latest.step)) unwritten.push(latest.step);
      for (const waiter of waiting) if (latest.step >= waiter.step) waiter.resolve();
    },
  });
  const reached = (step: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ step, resolve });
      void handle.ended.then((end) => reject(new Error(`It ended early: ${end.reason}`)));
    });
  return { client, handle, started, progress, notices, checkpoints, unwritten, reached };
}

/** The whole lines of the run's metrics. */
function metricLines(): readonly Readonly<Record<string, unknown>>[] {
  return workspace
    .read('run/metrics.jsonl')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The lines without what the clock says. */
function measured(lines: readonly Readonly<Record<string, unknown>>[]) {
  return lines.map(({ wall_time: _, 'time/step_ms': __, ...rest }) => rest);
}

function pidOf({ pid }: { readonly pid: number | undefined }): number {
  if (pid === undefined) throw new Error('the train host has no process id');
  return pid;
}

const unlimited = 1_000_000;

describe('the train host', () => {
  it('trains to the end, on the backend it measured to be the fastest', async () => {
    const run = launch({ steps: 60 });
    expect(await run.handle.ended).toEqual({ state: 'finished', exitCode: 0, signal: null });
    const [started] = run.started;
    expect(started).toMatchObject({ sharedGroup: 'velocity', steps: 60 });
    expect(started?.backendReason).toMatch(/^Fastest of what runs here \(measured just now\): /);
    const [header, ...lines] = metricLines();
    expect(header).toEqual({
      counterweight: 1,
      terms: ['velocity', 'render'],
      sharedGroup: 'velocity',
      task: 'flow-edit',
      backend: started?.backend,
    });
    expect(lines.map((line) => line.step)).toEqual(lines.map((_, index) => index + 1));
    expect(lines).toHaveLength(60);
    expect(run.unwritten).toEqual([]);
    expect(run.progress.at(-1)).toEqual({
      step: 60,
      steps: 60,
      loss: lines.at(-1)?.['loss/total'],
    });

    const again = launch({ steps: 2 });
    expect((await again.handle.ended).state).toBe('finished');
    expect(again.started[0]?.backendReason).toContain('(measured on an earlier run)');
  });

  it('gives the same numbers on each backend', async () => {
    const losses: unknown[] = [];
    for (const backend of ['cpu', 'wasm']) {
      const run = launch({ steps: 20, backend });
      expect(await run.handle.ended).toMatchObject({ state: 'finished' });
      expect(run.started[0]?.backend).toBe(backend);
      losses.push(metricLines().at(-1)?.['loss/total']);
    }
    expect(losses[1]).toBeCloseTo(Number(losses[0]), 4);
  });

  it('carries losses that are not finite', async () => {
    const config = `${smallConfig}\noptimizer: {name: sgd, learning_rate: 1.0e+9}\n`;
    const run = launch({ config, steps: 40 });
    expect(await run.handle.ended).toMatchObject({ state: 'finished' });
    expect(run.progress.at(-1)?.loss).toBeNaN();
    expect(metricLines().at(-1)?.['loss/total']).toBe('NaN');
  });

  it('is cancelled within a second and keeps its metrics', async () => {
    const run = launch({ steps: unlimited });
    await run.reached(30);
    const asked = performance.now();
    run.handle.cancel();
    const end = await run.handle.ended;
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(end.state).toBe('cancelled');
    expect(metricLines().at(-1)?.step).toBe(run.progress.at(-1)?.step);
  });

  it('is cancelled before it has begun', async () => {
    const run = launch({ steps: unlimited });
    const asked = performance.now();
    run.handle.cancel();
    expect((await run.handle.ended).state).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(run.progress).toEqual([]);
  });

  it('is killed by somebody else in mid-run: the run has crashed, the next one starts', async () => {
    const run = launch({ steps: unlimited });
    await run.reached(25);
    process.kill(pidOf(run.started[0] ?? { pid: undefined }), 'SIGKILL');
    const end = await run.handle.ended;
    expect(end).toMatchObject({ state: 'crashed', signal: 'SIGKILL' });
    const step = run.progress.at(-1)?.step;
    expect(end.reason).toBe(
      `The train host was killed (SIGKILL) at step ${step}; its metrics are kept.`,
    );
    expect(metricLines().some((line) => line.step === step)).toBe(true);
    expect(await launch({ steps: 3 }).handle.ended).toMatchObject({ state: 'finished' });
  });

  it('is killed when it gives no sign of life', async () => {
    const run = launch({ steps: unlimited, patience: { hungMs: 8000 } });
    await run.reached(1);
    process.kill(pidOf(run.started[0] ?? { pid: undefined }), 'SIGSTOP');
    const end = await run.handle.ended;
    expect(end.state).toBe('crashed');
    expect(end.reason).toMatch(
      /^The train host gave no sign of life for 8 s and was killed at step \d+; its metrics are kept\.$/,
    );
  });

  it('ends with the client that started it, and keeps a checkpoint', async () => {
    const run = launch({ steps: unlimited });
    await run.reached(1);
    run.client.dispose();
    expect(await run.handle.ended).toMatchObject({ state: 'cancelled', exitCode: 0 });
    expect(existsSync(workspace.path('run/checkpoint.json'))).toBe(true);
  });

  it('ends by itself when its parent is gone', async () => {
    workspace.write('run/config.yaml', smallConfig);
    const child = fork(trainHostPath, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.send({
      ...{ type: 'train', runId: 'run', runFolder: workspace.path('run'), seed: 1 },
      configPath: join(workspace.path('run'), 'config.yaml'),
      ...{ backend: 'wasm', probeEvery: 10, steps: unlimited, cacheFolder: cache.root },
      ...{ checkpointEvery: 0, memoryLimit: 4096, resume: false },
    });
    const trains = new Promise<void>((resolve) => {
      child.on('message', (message: { type: string }) => {
        if (message.type === 'progress') resolve();
      });
    });
    await trains;
    const exit = once(child, 'exit');
    const left = performance.now();
    child.disconnect();
    expect(await exit).toEqual([0, null]);
    expect(performance.now() - left).toBeLessThan(1000);
  });

  it.each(['cpu', 'wasm'])(
    'on %s goes on from a checkpoint, bit by bit the same',
    async (backend) => {
      await launch({ steps: 200, backend }).handle.ended;
      const straight = measured(metricLines());
      const first = launch({ steps: 200, backend, checkpointEvery: 7 });
      await first.reached(30);
      first.handle.cancel();
      expect((await first.handle.ended).state).toBe('cancelled');
      const stoppedAt = first.progress.at(-1)?.step ?? 0;
      expect(first.checkpoints).toEqual(expect.arrayContaining([7, 14, 21, 28, stoppedAt]));
      const cutOff = '{"step":';
      workspace.append('run/metrics.jsonl', cutOff);

      const second = launch({ steps: 200, backend: 'auto', from: 'resume' });
      expect(await second.handle.ended).toMatchObject({ state: 'finished' });
      expect(second.started[0]).toMatchObject({
        backend,
        backendReason: 'The backend of this run before it was resumed.',
      });
      expect(second.progress[0]?.step).toBe(stoppedAt + 1);
      expect(second.notices).toEqual([]);
      expect(measured(metricLines())).toEqual(straight);
    },
  );

  it('that was killed goes on from its last checkpoint and writes no step twice', async () => {
    await launch({ steps: 200, backend: 'wasm' }).handle.ended;
    const straight = measured(metricLines());
    const run = launch({ steps: 200, backend: 'wasm', checkpointEvery: 20 });
    await run.reached(35);
    process.kill(pidOf(run.started[0] ?? { pid: undefined }), 'SIGKILL');
    expect((await run.handle.ended).state).toBe('crashed');
    const resumed = launch({ steps: 200, from: 'resume' });
    expect(await resumed.handle.ended).toMatchObject({ state: 'finished' });
    expect((resumed.progress[0]?.step ?? 0) % 20).toBe(1);
    expect(measured(metricLines())).toEqual(straight);
  });

  it('goes on elsewhere where its backend is gone, and says what that means', async () => {
    const run = launch({ steps: unlimited, backend: 'wasm' });
    await run.reached(25);
    run.handle.cancel();
    await run.handle.ended;
    const text = workspace.read('run/checkpoint.json');
    workspace.write('run/checkpoint.json', text.replace('"wasm"', '"tfjs-node"'));
    const resumed = launch({ steps: unlimited, from: 'resume' });
    await resumed.reached((run.progress.at(-1)?.step ?? 0) + 1);
    resumed.handle.cancel();
    await resumed.handle.ended;
    expect(resumed.notices).toEqual([
      expect.stringMatching(
        /^Resumed on [\w-]+, where .* on tfjs-node: .*within rounding, not bit/,
      ),
    ]);
  });

  it('is not resumed as another run', async () => {
    const run = launch({ steps: unlimited, backend: 'wasm' });
    await run.reached(5);
    run.handle.cancel();
    await run.handle.ended;
    const end = await launch({ steps: 50, from: 'resume' }).handle.ended;
    expect(end).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('of another run'),
    });
  });

  it('does not begin with less memory than it takes, and says what to raise', async () => {
    const end = await launch({ steps: 5, memoryLimit: 20 }).handle.ended;
    expect(end.state).toBe('failed');
    expect(end.reason).toMatch(
      /^The training took \d+ MiB of memory, where 20 MiB are allowed, and was ended before its first step\. Raise counterweight\.memoryLimit/,
    );
  });

  it('is killed when one step takes far more memory than it may', async () => {
    workspace.write(
      'glutton.cjs',
      `process.on('message', () => {});
       process.send({ type: 'nonsense' });
       process.send({ type: 'heartbeat', rss: 124 * 2 ** 20 });
       process.send({ type: 'progress', step: 8, loss: 1 });
       process.send({ type: 'heartbeat', rss: 126 * 2 ** 20 });`,
    );
    workspace.write('run/metrics.jsonl', '{"step":8}\n');
    const run = launch({ program: workspace.path('glutton.cjs'), memoryLimit: 100 });
    expect(await run.handle.ended).toMatchObject({
      state: 'crashed',
      reason:
        'The train host took 126 MiB of memory, where 100 MiB are allowed ' +
        '(setting counterweight.memoryLimit), and was killed at step 8; its metrics are kept.',
    });
  });

  it('cannot run by itself', async () => {
    const outcome = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [trainHostPath], (error, _, stderr) => {
        resolve({ code: error?.code, stderr });
      });
    });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('cannot run by itself');
  });

  const failures: readonly (readonly [string, LaunchOptions, string | RegExp])[] = [
    [
      'a weight that is not a number',
      { config: smallConfig.replace('0.5', 'high') },
      'config.yaml: model.transformer.editor.flow_matching.render_loss_weight is "high": ' +
        'it must be a number.',
    ],
    [
      'a config that does not parse',
      { config: 'task: flow-edit\nmodel: {renderer: {width: 4\n' },
      /^config\.yaml, line \d+: \w+/,
    ],
    [
      'a backend that is not there',
      { backend: 'tfjs-node' },
      'The backend tfjs-node cannot run here. ' +
        'The optional package @tensorflow/tfjs-node is not installed.',
    ],
  ];

  it.each(failures)('fails in words on %s', async (_, options, reason) => {
    const end: LaunchEnd = await launch(options).handle.ended;
    expect(end.state).toBe('failed');
    expect(end.reason).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
    expect(existsSync(workspace.path('run/metrics.jsonl'))).toBe(false);
  });
});
