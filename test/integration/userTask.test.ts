import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { taskFiles } from '../../extension/src/taskTemplate/taskFiles.ts';
import type { LaunchEnd } from '../../server/src/ablation/launcher.ts';
import { silentLogger } from '../../server/src/base/logger.ts';
import { HostClient } from '../../server/src/hostClient/hostClient.ts';
import { runIdSchema } from '../../server/src/model/run.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const trainHostPath = join(root, 'dist', 'trainHost.cjs');

let workspace: TemporaryWorkspace;
/** Kept over all tests, so that a module is measured once. */
let cache: TemporaryWorkspace;

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
afterEach(() => workspace[Symbol.dispose]());

const smallModule = [
  "import type { Tensor } from './counterweight-task.d.ts';",
  "export const terms: Record<string, string> = { near: 'to 1', far: 'to 2' };",
  "export const sharedGroup = 'network';",
  'export function create({ tf, options, random }: any) {',
  '  const w = tf.variable(tf.scalar(random.normal()));',
  '  return {',
  '    groups: { network: [w] },',
  '    batch: (draw: any) => ({ noise: tf.scalar(0.1 * draw.normal()) }),',
  '    losses({ noise }: { noise: Tensor }) {',
  '      const seen = tf.add(w, noise);',
  '      return {',
  '        near: tf.square(tf.sub(seen, 1)),',
  '        far: tf.square(tf.sub(seen, 2)),',
  '      };',
  '    },',
  '    evaluate: () => ({ place: w }),',
  '  };',
  '}',
  '',
].join('\n');

const smallConfig =
  'task: ./my-task.ts\nsteps: 40\nloss_weights: {near: 1, far: 1}\noptimizer: {learning_rate: 0.05}\n';

interface Order {
  readonly module?: string;
  readonly config?: string;
  readonly name?: string;
  /** The copy in the run's folder, where it differs. */
  readonly kept?: string;
  readonly backend?: string;
}

interface Ended {
  readonly end: LaunchEnd;
  readonly notices: readonly string[];
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
}

/** Trains a module from its start to the end of its process. */
async function train(order: Order = {}): Promise<Ended> {
  const {
    module = smallModule,
    config = smallConfig,
    name = 'my-task.ts',
    backend = 'cpu',
  } = order;
  workspace.write(name, module);
  workspace.write('run/config.yaml', config);
  workspace.write(`run/task${/\.\w+$/.exec(name)?.[0]}`, order.kept ?? module);
  const client = new HostClient({
    trainHostPath,
    nodePath: () => '',
    cacheFolder: cache.root,
    logger: silentLogger,
    patience: { cancelMs: 30_000, exitMs: 30_000 },
  });
  const notices: string[] = [];
  const handle = client.launch(
    {
      engine: 'task',
      runId: runIdSchema.parse('run'),
      runFolder: workspace.path('run'),
      configPath: workspace.path('run/config.yaml'),
      modulePath: workspace.path(name),
      seed: 3,
      ...{ backend, probeEvery: 10, checkpointEvery: 0, memoryLimit: 0, from: 'start' },
    },
    {
      submitted: () => undefined,
      started: () => undefined,
      progress: () => undefined,
      notice: ({ text }) => void notices.push(text),
      checkpoint: () => undefined,
    },
  );
  const end = await handle.ended;
  client.dispose();
  const [, ...lines] = existsSync(workspace.path('run/metrics.jsonl'))
    ? workspace.read('run/metrics.jsonl').trimEnd().split('\n')
    : [];
  return { end, notices, metrics: lines.map((line) => JSON.parse(line)) };
}

/** The small module with a piece replaced. */
function changed(from: string, to: string): string {
  expect(smallModule).toContain(from);
  return smallModule.replace(from, to);
}

describe('a task of one’s own', () => {
  it('trains, on the fastest backend, with metrics by the names of its losses', async () => {
    const { end, notices, metrics } = await train({ backend: 'auto' });
    expect(end).toMatchObject({ state: 'finished' });
    expect(notices).toEqual([]);
    expect(metrics).toHaveLength(40);
    expect(metrics.at(-1)).toMatchObject({
      'loss/near': expect.any(Number),
      'grad_share/far': expect.any(Number),
      place: expect.any(Number),
    });
  });

  it('is the same again for the same seed', async () => {
    const values = ({ metrics }: Ended) =>
      metrics.map(({ wall_time: _, 'time/step_ms': __, ...rest }) => rest);
    const [first, second] = [await train(), await train()];
    expect(values(second)).toEqual(values(first));
  });

  it('may import its own modules, and print', async () => {
    workspace.write('places.mts', 'export const places: readonly number[] = [1, 2];\n');
    const module = changed(
      "import type { Tensor } from './counterweight-task.d.ts';",
      "import { places } from './places.mts'; type Tensor = any; console.log('places', places);",
    );
    const { end } = await train({ module });
    expect(end.state).toBe('finished');
    expect(workspace.read('run/stdout.log')).toBe('places [ 1, 2 ]\n');
  });

  it('is not taken where it is no longer what was asked for', async () => {
    const { end } = await train({ kept: `${smallModule}// then\n` });
    expect(end).toMatchObject({
      state: 'failed',
      reason:
        'my-task.ts is no longer what it was when this run was asked for; task.ts in the folder of the run has its text of then. Start a new run, or put that text back.',
    });
  });
});

describe('a mistake in it', () => {
  it.each<readonly [string, Order, string]>([
    [
      'an enum',
      { module: `enum Mode { Fast }\n${smallModule}` },
      "my-task.ts:1: Types are removed, not compiled, so TypeScript's enum does not work here; write an object instead: const Mode = { fast: 'fast', slow: 'slow' } as const.",
    ],
    [
      'a parameter property',
      { module: `${smallModule}class A { constructor(readonly x: number) {} }\n` },
      "my-task.ts:19: Types are removed, not compiled, so TypeScript's parameter property does not work here; declare the field, and assign it in the constructor.",
    ],
    [
      'a syntax error',
      { module: changed('tf.add(w, noise)', 'tf.add(w, noise') },
      "my-task.ts:10: Syntax error: Expected ',', got ';'",
    ],
    [
      'a syntax error in JavaScript',
      { name: 'my-task.mjs', module: 'export const terms = {};\nconst x = (1 +;\n' },
      "my-task.mjs:2: Syntax error: Unexpected token ';'",
    ],
    [
      'an import of values of TensorFlow.js',
      { module: `import * as tf from '@tensorflow/tfjs-core';\n${smallModule}` },
      'my-task.ts:1: It imports values from @tensorflow/tfjs-core; tensors of another copy of TensorFlow.js cannot be trained. Take tf from the argument of create, and write import type for its types.',
    ],
    [
      'an import of what is not there',
      { module: `${smallModule}import './nothing.ts';\n` },
      'my-task.ts:19: It imports nothing.ts, which is not there. Imports of your own files have their ending: ./data.ts.',
    ],
    [
      'a package that is not there',
      { module: `\nimport x from 'no-such-package';\n${smallModule}` },
      'my-task.ts:2: It imports no-such-package, which is not there. Install it where the task lies, or do without it.',
    ],
    [
      'a type that is imported as a value',
      {
        module: changed('import type { Tensor }', 'import { Tensor }').replace(
          './counterweight-task.d.ts',
          './my-task.ts',
        ),
      },
      "my-task.ts:1: The requested module './my-task.ts' does not provide an export named 'Tensor'. Where that is a type, write import type.",
    ],
    [
      'an exception while it is loaded',
      { module: `${smallModule}throw new Error('no data');\n` },
      'my-task.ts:19:7: while it was loaded: no data',
    ],
    [
      'no export',
      { module: changed('export function create', 'function create') },
      'my-task.ts:1: It exports no create; add: export function create({ tf, options, random }) { … }',
    ],
    [
      'an exception in create',
      { module: changed('random.normal()', 'options.start.value') },
      "my-task.ts:5:49: in create(): Cannot read properties of undefined (reading 'value')",
    ],
    [
      'shapes that do not fit',
      { module: changed('tf.square(tf.sub(seen, 2))', 'tf.add(tf.zeros([2]), tf.zeros([3]))') },
      'my-task.ts:13:17: in losses(): Operands could not be broadcast together with shapes 2 and 3.',
    ],
    [
      'a loss that is no scalar',
      { module: changed('tf.square(tf.sub(seen, 2))', 'tf.zeros([2])') },
      'my-task.ts:13: The loss far has shape [2] and kind float32; a loss must be a float32 scalar, such as a mean over the batch.',
    ],
    [
      'a loss that has been disposed',
      { module: changed('far: tf.square(tf.sub(seen, 2))', 'far: (seen.dispose(), seen)') },
      'my-task.ts:13: losses() gives far, which has been disposed.',
    ],
    [
      'an exit',
      { module: changed('random.normal()', 'process.exit(0)') },
      'my-task.ts:5:43: in create(): It calls process.exit, which ends the run without a word; throw an Error.',
    ],
    [
      'a timer that throws',
      {
        module: changed(
          "sharedGroup = 'network';",
          "sharedGroup = 'network'; setTimeout(() => { throw new Error('late'); });",
        ),
      },
      'my-task.ts:3:64: in a timer, or in a promise without await: late',
    ],
    [
      'a promise that nobody awaits',
      {
        module: changed(
          "sharedGroup = 'network';",
          "sharedGroup = 'network'; void (async () => { throw new Error('lost'); })();",
        ),
      },
      'my-task.ts:3:65: in a timer, or in a promise without await: lost',
    ],
    [
      'something thrown that is no Error',
      { module: `${smallModule}throw { code: 7 };\n` },
      'my-task.ts:1: while it was loaded: It threw an object.',
    ],
    [
      'chance in the losses',
      { module: changed('tf.add(w, noise)', 'tf.add(w, tf.randomNormal([]))') },
      'my-task.ts:10:33: in losses(): It draws with Math.random (so does tf.random… without a seed), which no seed repeats. Draw with the random that create and batch are given.',
    ],
    [
      'a weight that is missing',
      { config: 'task: ./my-task.ts\nloss_weights: {near: 1}\n' },
      'config.yaml: loss_weights.far: it is missing, and must be a number.',
    ],
    [
      'a weight of no loss',
      { config: 'task: ./my-task.ts\nloss_weights: {near: 1, far: 1, fra: 1}\n' },
      'config.yaml: loss_weights.fra is not a key of this task; known here are near, far.',
    ],
  ])('is told with file and line: %s', async (_, order, reason) => {
    const { end } = await train(order);
    expect(end).toMatchObject({ state: 'failed', reason });
    const [, name = '', line = ''] = /^(my-task\.\w+):(\d+)/.exec(reason) ?? [];
    if (name === '') return;
    expect(end.place).toMatchObject({ path: workspace.path(name), line: Number(line) });
  });

  it('ends the choice of a backend at once', async () => {
    const module = changed('tf.square(tf.sub(seen, 2))', 'tf.zeros([2])');
    const { end } = await train({ module, backend: 'auto' });
    expect(end.reason).toMatch(/^my-task\.ts:13: The loss far has shape/);
  });

  it('is told with its place in an imported module', async () => {
    const path = workspace.path('help.ts');
    workspace.write('help.ts', 'export function start(): number {\n  throw new Error("no");\n}\n');
    const module = `import { start } from './help.ts';\n${changed('random.normal()', 'start()')}`;
    const { end } = await train({ module });
    expect(end).toMatchObject({
      reason: 'help.ts:2:9: in create(): no',
      place: { path, line: 2, column: 9 },
    });
  });

  it('of a CommonJS folder is told', async () => {
    workspace.write('package.json', '{"type": "commonjs"}');
    const { end } = await train({ module: "export const terms = { a: 'b' };\n" });
    expect(end.reason).toBe(
      'my-task.ts:1: A package.json above says that this file is CommonJS; let its name end in .mts or .mjs, or set "type": "module" there.',
    );
  });
});

describe('what is odd about it', () => {
  it.each([
    [
      'a batch that is not finite',
      changed('0.1 * draw.normal()', 'Number.NaN'),
      /the tensor noise of the batch \(float32, shape \[\]\) holds 1 of 1 values that are not finite/,
    ],
    [
      'a loss without a path',
      changed('tf.square(tf.sub(seen, 2))', 'tf.square(noise)'),
      /The loss far has no path to the parameters of network/,
    ],
    [
      'tensors that pile up',
      changed('const seen = tf.add(w, noise);', 'const seen = tf.keep(tf.add(w, noise));'),
      /Every step leaves about \d+ tensors behind, and memory will run out/,
    ],
  ])('is a notice: %s', async (_, module, notice) => {
    const { end, notices } = await train({ module });
    expect(end.state).toBe('finished');
    expect(notices.filter((text) => notice.test(text))).toHaveLength(1);
  });
});

describe('the template', () => {
  it('trains as it stands, well, and has no error of types', async () => {
    const files = new Map(taskFiles('my-task.ts', []).map(({ name, text }) => [name, text]));
    for (const [name, text] of files) workspace.write(name, text);
    symlinkSync(join(root, 'node_modules'), workspace.path('node_modules'));
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--types',
      '',
    ];
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    expect(
      execFileSync(tsc, [...options, 'my-task.ts'], { cwd: workspace.root, encoding: 'utf8' }),
    ).toBe('');
    const { end, metrics } = await train({
      module: files.get('my-task.ts') ?? '',
      config: files.get('train.yaml') ?? '',
      backend: 'auto',
    });
    expect(end.state).toBe('finished');
    expect(Number(metrics.at(-1)?.error)).toBeLessThan(0.15);
  });
});

describe('examples/user-task', () => {
  it('solves its equation', async () => {
    const folder = join(root, 'examples', 'user-task');
    copyFileSync(
      join(folder, 'counterweight-task.d.ts'),
      workspace.path('counterweight-task.d.ts'),
    );
    const { end, metrics } = await train({
      name: 'poisson.ts',
      module: readFileSync(join(folder, 'poisson.ts'), 'utf8'),
      config: readFileSync(join(folder, 'train.yaml'), 'utf8'),
      backend: 'auto',
    });
    expect(end.state).toBe('finished');
    expect(Number(metrics.at(-1)?.relative_error)).toBeLessThan(0.05);
  });
});
