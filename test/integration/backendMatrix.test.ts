import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { BackendName } from '../../server/src/training/backend.ts';
import { backends } from '../../server/src/training/backends/registry.ts';
import { tasks } from '../../server/src/training/tasks/registry.ts';
import { softwareVulkan } from '../support/softwareVulkan.ts';
import { smallConfigs } from './support/smallConfigs.ts';
import { runTrainHost, type TrainHostRun, withEnvironment } from './support/trainHostRun.ts';

const trainHostPath = fileURLToPath(new URL('../../dist/trainHost.cjs', import.meta.url));

const usualSteps = 12;
/**
 * A GPU that is made of the processor takes seconds for a step. Four of them hold every kind of step:
 * the first, which makes the pipelines, those that work on what it left, and the evaluation at the end.
 */
const emulatedSteps = 4;
const emulated: readonly BackendName[] =
  process.platform === 'linux' ? ['compiled-webgpu', 'webgpu'] : [];

/** A task that has no config here fails. */
const configs: Readonly<Record<string, string>> = smallConfigs;

/**
 * How far a figure may lie from that of plain JavaScript, as a part of its size. All backends compute
 * in float32 (6e-8) and differ in the order of their sums; Adam divides each gradient by its own
 * size, so that entries near zero, whose rounding is large beside them, move the parameters as much
 * as the others. Twelve steps of that were seen to come to 4e-6 for the losses, and to 5e-5 for what
 * is made of gradients, in which large numbers cancel (docs/gpu.md).
 */
const tolerances = { losses: 1e-4, others: 5e-4 } as const;
/** Cosines and figures near zero are compared in absolute terms too: their size is no measure of them. */
const nearZero = 1e-5;

/**
 * Orders of convergence are logarithms of quotients of what is left of two rollouts after their common
 * part: for schemes of order 2 some 3e-5 of states near 1, which float32 knows to 1e-7 or so, that is
 * to some thousandths. Rules ask whether an order is above 0.7 or 1.5.
 */
const orderTolerance = 0.02;

/** Why a backend may be missing; the others must run wherever the tests do. */
const mayBeMissing: Readonly<Partial<Record<BackendName, RegExp>>> = {
  'compiled-cuda': /cuda/i,
  'tfjs-node': /is not installed|could not be loaded/,
  'tfjs-node-gpu': /is not installed|could not be loaded|found no GPU/,
  // SwiftShader is at hand on Linux; elsewhere it takes a graphics card.
  ...(process.platform === 'linux'
    ? {}
    : { webgpu: /no graphics adapter/, 'compiled-webgpu': /no graphics adapter/ }),
};

interface Training {
  readonly task: string;
  readonly backend: BackendName;
  readonly steps: number;
}

function train({ task, backend, steps }: Training): Promise<TrainHostRun> {
  const config = configs[task];
  if (config === undefined) throw new Error(`support/smallConfigs.ts has no config of ${task}`);
  return runTrainHost({ trainHostPath, config, backend, steps, environment: {} });
}

/** Trainings on plain JavaScript that the others are compared with: one for each number of steps. */
class References {
  readonly #runs = new Map<string, Promise<TrainHostRun>>();

  of(task: string, steps: number): Promise<TrainHostRun> {
    const key = `${task} ${steps}`;
    const run = this.#runs.get(key) ?? this.#train(task, steps);
    this.#runs.set(key, run);
    return run;
  }

  async #train(task: string, steps: number): Promise<TrainHostRun> {
    const run = await train({ task, backend: 'cpu', steps });
    expect(run.end).toEqual({ state: 'finished', exitCode: 0, signal: null });
    expect(run.metrics).toHaveLength(steps);
    return run;
  }
}

const references = new References();

// Of all trainings at once, not of each: two go on at a time.
let environment: Disposable;
beforeAll(() => {
  environment = withEnvironment(softwareVulkan());
});
afterAll(() => environment[Symbol.dispose]());

describe.concurrent.each(tasks.map((task) => task.name))('the task %s', (task) => {
  it.for(backends.map((backend) => backend.name))(
    'trains on %s as on the processor',
    { timeout: 120_000 },
    async (backend, { annotate }) => {
      const steps = emulated.includes(backend) ? emulatedSteps : usualSteps;
      const run = await train({ task, backend, steps });
      const missing = mayBeMissing[backend];
      if (missing !== undefined && run.end.state === 'failed') {
        expect(run.end).toMatchObject({ exitCode: 0, signal: null });
        expect(run.end.reason).toMatch(/^The backend \S+ cannot run here\. /);
        expect(run.end.reason).toMatch(missing);
        await annotate(`left out: ${run.end.reason}`);
        return;
      }
      expect(run.end).toEqual({ state: 'finished', exitCode: 0, signal: null });
      // An engine that cannot take a task falls back to another one and says so.
      expect(run.notices).toEqual([]);
      expect(run.started?.backend).toBe(backend);
      const reference = await references.of(task, steps);
      expect(differences(run.metrics, reference.metrics)).toEqual([]);
    },
  );
});

/** The figures that lie too far from those of the reference, in words. */
function differences(
  actual: TrainHostRun['metrics'],
  expected: TrainHostRun['metrics'],
): readonly string[] {
  if (actual.length !== expected.length) return [`${actual.length} steps of ${expected.length}`];
  return expected.flatMap((line, index) =>
    Object.keys({ ...line, ...actual[index] })
      .filter((name) => name !== 'wall_time' && !name.startsWith('time/'))
      .filter((name) => !isClose(name, actual[index]?.[name], line[name]))
      .map((name) => `step ${index + 1}, ${name}: ${actual[index]?.[name]}, not ${line[name]}`),
  );
}

function isClose(name: string, actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected;
  if (name.startsWith('flow/order')) return Math.abs(actual - expected) <= orderTolerance;
  const tolerance = name.startsWith('loss/') ? tolerances.losses : tolerances.others;
  return Math.abs(actual - expected) <= tolerance * Math.abs(expected) + nearZero;
}
