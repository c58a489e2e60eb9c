import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { Gramian } from '../../../server/src/numerics/gramian.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { EagerEngine } from '../../../server/src/training/eagerEngine.ts';
import type { StepEngine, StepKind } from '../../../server/src/training/stepEngine.ts';
import { StepParts } from '../../../server/src/training/stepParts.ts';
import { Stepper } from '../../../server/src/training/stepper.ts';
import { disposeBatch } from '../../../server/src/training/stepSpec.ts';
import type { Batch, Tf, TrainingPlan } from '../../../server/src/training/task.ts';
import { createSmallTask, type SmallTask, smallTerms } from './support/smallTask.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

function start(plan: Partial<TrainingPlan> = {}) {
  const task = createSmallTask(tf, plan);
  const engine = new EagerEngine(tf, task.spec);
  const stepper = new Stepper(task.spec);
  return { task, engine, stepper };
}

type Started = ReturnType<typeof start>;

async function take(
  { engine, stepper }: Started,
  step: number,
  kind: StepKind,
  batches: readonly Batch[],
): Promise<Float32Array> {
  const outcome = await stepper.step(engine, step, kind, batches);
  const [values] = await engine.read([outcome]);
  outcome.dispose();
  for (const batch of batches) disposeBatch(batch);
  return values ?? new Float32Array();
}

function stop({ task, engine }: Started): void {
  engine.dispose();
  disposeBatch(task.spec.example);
  task.instance.dispose();
}

function values(task: SmallTask): number[] {
  return task.variables.flatMap((variable) => [...variable.dataSync()]);
}

async function parametersOf(engine: StepEngine): Promise<number[]> {
  return [...((await engine.snapshot()).vectors.parameters ?? [])];
}

const difference = 5e-3;

/** For each element of a variable the slope of each loss there. */
function centralDifferences(
  variable: tfc.Variable,
  lossesAt: () => readonly number[],
): readonly (readonly number[])[] {
  const original = variable.dataSync().slice();
  const slopes = Array.from(original.keys(), (index) => {
    const [above, below] = [difference, -difference].map((shift) => {
      const shifted = original.slice();
      shifted[index] = (shifted[index] ?? 0) + shift;
      variable.assign(tf.tensor(shifted, variable.shape));
      return lossesAt();
    });
    return (above ?? []).map((loss, term) => (loss - (below?.[term] ?? 0)) / (2 * difference));
  });
  variable.assign(tf.tensor(original, variable.shape));
  return slopes;
}

describe('the parts of a step', () => {
  it('give the gradients of variableGrads to the last bit, and know where there is no path', () => {
    const task = createSmallTask(tf);
    const parts = new StepParts(tf, task.spec);
    const batch = task.batch(1);
    const forward = parts.forward(batch);
    const { vectors, paths } = parts.look({ forward, batch, kind: 'probe', scalars: {} });
    const rows = vectors.slice(1);
    expect(paths).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
    for (const [index, term] of smallTerms.entries()) {
      const { value, grads } = tf.variableGrads(
        () => task.instance.losses(batch)[term] ?? tf.scalar(0),
      );
      const expected = task.variables.flatMap((variable) => {
        const gradient = grads[variable.name];
        return gradient ? [...gradient.dataSync()] : Array(variable.size).fill(0);
      });
      expect([...(rows[index]?.dataSync() ?? [])]).toEqual(expected);
      tf.dispose([value, grads]);
    }
    forward.dispose();
    tf.dispose([...vectors]);
    disposeBatch(batch);
    disposeBatch(task.spec.example);
    parts.dispose();
    task.instance.dispose();
  });

  it('agree with central differences', () => {
    const task = createSmallTask(tf);
    const parts = new StepParts(tf, task.spec);
    const batch = task.batch(1);
    const lossesAt = (): number[] =>
      smallTerms.map((term) => task.instance.losses(batch)[term]?.dataSync()[0] ?? Number.NaN);
    const forward = parts.forward(batch);
    const { vectors } = parts.look({ forward, batch, kind: 'probe', scalars: {} });
    const rows = vectors.slice(1).map((row) => [...row.dataSync()]);
    const slopes = task.variables.flatMap((variable) => centralDifferences(variable, lossesAt));
    expect(slopes).toHaveLength(rows[0]?.length ?? 0);
    for (const [place, slope] of slopes.entries()) {
      for (const [term, row] of rows.entries()) {
        // Float32 losses near 1 leave about 1e-7 / step of rounding in a difference.
        expect(Math.abs((slope[term] ?? Number.NaN) - (row[place] ?? 0))).toBeLessThan(2e-3);
      }
    }
    forward.dispose();
    disposeBatch(batch);
    parts.dispose();
    task.instance.dispose();
  });
});

describe('an eager engine', () => {
  it('takes plain and probed steps to the same place', async () => {
    const plain = start();
    const probed = start();
    for (let step = 1; step <= 5; step += 1) {
      await take(plain, step, 'plain', [plain.task.batch(step)]);
      await take(probed, step, 'probe', [probed.task.batch(step)]);
    }
    for (const [index, value] of values(plain.task).entries()) {
      expect(values(probed.task)[index]).toBeCloseTo(value, 5);
    }
    stop(plain);
    stop(probed);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const run = start({ clipNorm: 0.1, accumulate: 2, strategy: 'normalised' });
    await take(run, 1, 'probe', [run.task.batch(1), run.task.batch(2)]);
    const during = tf.memory().numTensors;
    for (let step = 2; step <= 9; step += 1) {
      const batches = [run.task.batch(step), run.task.batch(100 + step)];
      await take(run, step, step % 2 ? 'plain' : 'probe', batches);
      expect(tf.memory().numTensors).toBe(during);
    }
    stop(run);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['plain', 'probe'] as const)('averages over accumulated batches (%s)', async (kind) => {
    const halves = start({ accumulate: 2 });
    const whole = start();
    const [first, second] = [halves.task.batch(1), halves.task.batch(2)];
    const both: Batch = Object.fromEntries(
      Object.entries(first).map(([name, half]) => [name, tf.concat([half, second[name] ?? half])]),
    );
    const apart = await take(halves, 1, kind, [first, second]);
    const together = await take(whole, 1, kind, [both]);
    expect(apart.length).toBe(together.length);
    for (const [index, value] of together.entries()) {
      expect(Math.abs((apart[index] ?? Number.NaN) - value)).toBeLessThan(1e-5 * (1 + value ** 2));
    }
    const reached = values(whole.task);
    for (const [index, value] of values(halves.task).entries()) {
      expect(value).toBeCloseTo(reached[index] ?? Number.NaN, 5);
    }
    stop(halves);
    stop(whole);
  });

  it('clips the gradient to the norm of the plan and no further', async () => {
    for (const [clipNorm, expected] of [
      [0.05, 0.05 * 0.1],
      [1e6, undefined],
    ] as const) {
      const run = start({ clipNorm });
      const packed = await take(run, 1, 'probe', [run.task.batch(1)]);
      const size = smallTerms.length + 2;
      const moved = [0, 1].map((group) => {
        const begin = smallTerms.length + group * size * size;
        const products = Gramian.fromEntries(size, packed.slice(begin, begin + size * size));
        const free = [0, 1, 2].reduce(
          (sum, row) =>
            sum +
            [0, 1, 2].reduce(
              (inner, column) =>
                inner +
                (run.task.spec.plan.weights[row] ?? 0) *
                  (run.task.spec.plan.weights[column] ?? 0) *
                  products.at(row, column),
              0,
            ),
          0,
        );
        return { update: products.at(size - 1, size - 1), free };
      });
      const length = Math.sqrt(moved.reduce((sum, { update }) => sum + update, 0));
      const unclipped = 0.1 * Math.sqrt(moved.reduce((sum, { free }) => sum + free, 0));
      expect(length).toBeCloseTo(expected ?? unclipped, 5);
      stop(run);
    }
  });

  it('measures a cut as the full probe measures that part, and steps the same', async () => {
    const full = start();
    const cut = start({ probeCut: 'trunk-end' });
    const whole = await take(full, 1, 'probe', [full.task.batch(1)]);
    const part = await take(cut, 1, 'probe', [cut.task.batch(1)]);
    const size = smallTerms.length + 2;
    expect(part.length).toBe(smallTerms.length + size * size);
    expect(whole.length).toBe(smallTerms.length + 2 * size * size);
    expect(cut.engine.paths).toEqual([[true], [true], [true]]);
    for (const [index, value] of values(full.task).entries()) {
      expect(values(cut.task)[index]).toBeCloseTo(value, 6);
    }
    const norm = (values: Float32Array): number => values[smallTerms.length] ?? Number.NaN;
    expect(norm(part)).toBeGreaterThan(0);
    expect(norm(part)).toBeLessThan(norm(whole));
    stop(full);
    stop(cut);
  });

  it('lets a teacher follow its student by the momentum of the step', async () => {
    const run = start();
    const student = run.task.instance.teacher?.pairs[0]?.student;
    const teacher = run.task.instance.teacher?.pairs[0]?.teacher;
    const before = [...(teacher?.dataSync() ?? [])];
    await take(run, 1, 'plain', [run.task.batch(1)]);
    const moved = [...(student?.dataSync() ?? [])];
    for (const [index, value] of (teacher?.dataSync() ?? []).entries()) {
      expect(value).toBeCloseTo(0.5 * (before[index] ?? 0) + 0.5 * (moved[index] ?? 0), 6);
    }
    stop(run);
  });

  it('weighs by gradients that it reads in mid-step', async () => {
    const run = start({ strategy: 'gradient-inverse', weights: [1, 1, 1] });
    const outcome = await run.stepper.step(run.engine, 1, 'plain', [run.task.batch(1)]);
    expect(outcome.kind).toBe('probe');
    const [packed] = await run.engine.read([outcome]);
    const size = smallTerms.length + 2;
    const begin = smallTerms.length;
    const products = Gramian.fromEntries(size, packed?.slice(begin, begin + size * size) ?? []);
    const weighted = outcome.weights.map((weight, index) => {
      return weight * Math.sqrt(products.at(index, index));
    });
    expect(outcome.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(3, 5);
    for (const norm of weighted) expect(norm).toBeCloseTo(weighted[0] ?? Number.NaN, 5);
    outcome.dispose();
    stop(run);
  });

  it('goes on from a snapshot bit by bit', async () => {
    const adam = { ...start().task.spec.plan.optimizer, name: 'adam', learningRate: 0.01 };
    const straight = start({ optimizer: adam });
    const broken = start({ optimizer: adam });
    for (let step = 1; step <= 3; step += 1) {
      for (const run of [straight, broken]) await take(run, step, 'probe', [run.task.batch(step)]);
    }
    const snapshot = await broken.engine.snapshot();
    stop(broken);
    const resumed = start({ optimizer: adam });
    await resumed.engine.restore(snapshot);
    for (let step = 4; step <= 6; step += 1) {
      for (const run of [straight, resumed]) await take(run, step, 'plain', [run.task.batch(step)]);
    }
    expect(await parametersOf(resumed.engine)).toEqual(await parametersOf(straight.engine));
    expect(values(resumed.task)).toEqual(values(straight.task));
    stop(straight);
    stop(resumed);
  });

  it('refuses a snapshot of another model', async () => {
    const run = start();
    const snapshot = { step: 1, vectors: { parameters: new Float32Array(3) } };
    await expect(run.engine.restore(snapshot)).rejects.toThrow(
      /its vector parameters has 3 numbers, this one needs 29/,
    );
    stop(run);
  });

  it('tells the losses of the same batch at the new parameters', async () => {
    const run = start();
    const batch = run.task.batch(1);
    const told: (readonly number[])[] = [];
    const request = { step: 1, kind: 'plain', batches: [batch, batch] } as const;
    const outcome = await run.engine.step({
      ...request,
      weigh: () => [1, 1, 1],
      after: (losses) => told.push(losses),
    });
    const losses = run.task.instance.losses(batch);
    const expected = smallTerms.map((term) => losses[term]?.dataSync()[0]);
    expect(told).toHaveLength(1);
    for (const [index, loss] of expected.entries())
      expect(told[0]?.[index]).toBeCloseTo(loss ?? 0, 6);
    outcome.dispose();
    tf.dispose(losses);
    disposeBatch(batch);
    stop(run);
  });

  it('averages the gradients of logarithms and goes along them', async () => {
    const run = start({ strategy: 'db-mtl' });
    const batch = run.task.batch(1);
    const gradients = smallTerms.map((term) => {
      const { value, grads } = tf.variableGrads(
        () => run.task.instance.losses(batch)[term] ?? tf.scalar(0),
      );
      const loss = value.dataSync()[0] ?? Number.NaN;
      return run.task.variables.flatMap((variable) => {
        const gradient = grads[variable.name]?.dataSync() ?? new Float32Array(variable.size);
        return Array.from(gradient, (slope) => slope / loss);
      });
    });
    const before = values(run.task);
    const outcome = await run.stepper.step(run.engine, 1, 'plain', [batch]);
    const after = values(run.task);
    for (const [place, value] of after.entries()) {
      const direction = gradients.reduce(
        (sum, gradient, index) => sum + (outcome.weights[index] ?? 0) * (gradient[place] ?? 0),
        0,
      );
      expect(value).toBeCloseTo((before[place] ?? 0) - 0.1 * direction, 5);
    }
    outcome.dispose();
    disposeBatch(batch);
    stop(run);
  });

  it('lets the losses take turns where the strategy sees one a step', async () => {
    const run = start({ strategy: 'm-config' });
    const zeros = async (): Promise<readonly boolean[]> => {
      const { vectors } = await run.engine.snapshot();
      return [0, 1, 2].map(
        (loss) => vectors[`average${loss}`]?.every((value) => value === 0) ?? true,
      );
    };
    expect(await zeros()).toEqual([true, true, true]);
    const seen: (readonly boolean[])[] = [];
    for (let step = 1; step <= 3; step += 1) {
      const packed = await take(run, step, 'plain', [run.task.batch(step)]);
      expect(packed).toHaveLength(smallTerms.length);
      seen.push(await zeros());
    }
    expect(seen).toEqual([
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ]);
    stop(run);
  });

  it('refuses to average gradients of a cut', () => {
    const task = createSmallTask(tf, { strategy: 'db-mtl', probeCut: 'trunk-end' });
    expect(() => new EagerEngine(tf, task.spec)).toThrow(
      'The strategy db-mtl averages the gradients of all parameters, so probes cannot be cut at trunk-end.',
    );
    task.instance.dispose();
  });
});
