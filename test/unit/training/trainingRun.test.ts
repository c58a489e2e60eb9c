import { describe, expect, it } from 'vitest';

import { CancellationSource } from '../../../server/src/base/cancellation.ts';
import type { Random } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import type { Batch, Task } from '../../../server/src/training/task.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { trainingRun } from '../../../server/src/training/trainingRun.ts';
import { smallConfig, type TrainedRun, trainSmall } from './support/flowEditSetup.ts';

const never = 1_000_000;

function column(run: TrainedRun, name: string): readonly unknown[] {
  return run.lines.map((line) => line[name]);
}

describe('a training run', () => {
  it('writes the whole vocabulary at a probe, and what is cheap at every step', async () => {
    const { lines } = await trainSmall({ steps: 22 }, { probeEvery: 10 });
    expect(lines.map((line) => line.step)).toEqual(lines.map((_, index) => index + 1));
    const plain = Object.keys(lines[20] ?? {});
    expect(plain.sort()).toEqual(
      [
        ...['step', 'wall_time', 'time/step_ms', 'loss/total', 'loss/velocity', 'loss/render'],
        ...['weight/velocity', 'weight/render', 'value_share/velocity', 'value_share/render'],
        ...['velocity_loss', 'render_loss', 'total_loss', 'velocity_loss_ratio'],
        ...['lr/velocity', 'lr/renderer'],
      ].sort(),
    );
    const probed = Object.keys(lines[0] ?? {}).filter((name) => !plain.includes(name));
    expect(probed.sort()).toEqual(
      [
        ...['grad/velocity', 'grad/render', 'grad/total'],
        ...['grad_weighted/velocity', 'grad_weighted/render'],
        ...['grad_share/velocity', 'grad_share/render'],
        ...['grad_contribution/velocity', 'grad_contribution/render'],
        ...['cos/velocity~render', 'cos/velocity~rest', 'cos/render~rest'],
        ...['grad/render@renderer', 'grad/total@renderer'],
        ...['grad_weighted/render@renderer'],
        ...['step/velocity_update_ratio', 'step/renderer_update_ratio'],
      ].sort(),
    );
    expect(lines[21]).toHaveProperty('psnr');
    expect(lines[21]).toHaveProperty('flow/nmse');
    // No path is told apart from a gradient of zero: there is no figure for it.
    expect(lines[0]).not.toHaveProperty('grad/velocity@renderer');
  });

  it('probes the first 20 steps and then every so many', async () => {
    const { lines } = await trainSmall({ steps: 40 }, { probeEvery: 15 });
    const probed = lines.filter((line) => 'grad/total' in line).map((line) => line.step);
    expect(probed).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 30]);
  });

  it('has shares and contributions that sum to one', async () => {
    const { lines } = await trainSmall({ steps: 5 });
    for (const line of lines) {
      for (const family of ['grad_share', 'grad_contribution', 'value_share']) {
        const sum = Number(line[`${family}/velocity`]) + Number(line[`${family}/render`]);
        expect(sum).toBeCloseTo(1, 6);
      }
    }
  });

  // Rule R26: the observer changes the outcome by rounding alone, and leaves no tensor behind.
  it('takes the same path with and without probes', async () => {
    const probed = await trainSmall({ steps: 60 }, { probeEvery: 1 });
    const plain = await trainSmall({ steps: 60 }, { probeEvery: never });
    for (const metric of ['loss/velocity', 'loss/render']) {
      for (const [index, value] of column(probed, metric).entries()) {
        expect(value).toBeCloseTo(Number(plain.lines[index]?.[metric]), 5);
      }
    }
    expect(probed.lines.at(-1)?.psnr).toBeCloseTo(Number(plain.lines.at(-1)?.psnr), 3);
    expect(new Set(probed.tensors).size).toBe(1);
    expect(new Set(plain.tensors).size).toBe(1);
    expect(probed.tensors[0]).toBe(plain.tensors[0]);
  });

  it('repeats itself exactly for the same seed', async () => {
    const withoutTime = (run: TrainedRun) =>
      run.lines.map((line) => ({ ...line, 'time/step_ms': 0 }));
    const first = await trainSmall({ steps: 25 });
    expect(withoutTime(await trainSmall({ steps: 25 }))).toEqual(withoutTime(first));
  });

  it('reads steps together where reading is costly, with the same result', async () => {
    const eager = await trainSmall({ steps: 52 }, { probeEvery: never });
    const batched = await trainSmall({ steps: 52 }, { probeEvery: never, readback: 'costly' });
    expect(column(batched, 'loss/total')).toEqual(column(eager, 'loss/total'));
    expect(column(batched, 'psnr')).toEqual(column(eager, 'psnr'));
    expect(batched.tensors.length).toBeLessThan(eager.tensors.length);
    expect(batched.tensors.at(-1)).toBe(eager.tensors.at(-1));
  });

  it('probes a loss of weight 0 but lets it contribute nothing', async () => {
    const { lines } = await trainSmall({ renderWeight: 0, steps: 25 });
    for (const line of lines.slice(0, 20)) {
      expect(line['grad/render']).toBeGreaterThan(0);
      expect(line['grad_share/render']).toBe(0);
      expect(line['grad_contribution/velocity']).toBe(1);
      expect(line['grad/total@renderer']).toBe(0);
      expect(line['step/renderer_update_ratio']).toBe(0);
      expect(line['loss/total']).toBe(line['loss/velocity']);
    }
  });

  it('trains nothing, and does not fail, when every weight is 0', async () => {
    const { lines } = await trainSmall({ velocityWeight: 0, renderWeight: 0, steps: 3 });
    expect(lines[2]?.['step/velocity_update_ratio']).toBe(0);
    expect(lines[2]).not.toHaveProperty('grad_share/velocity');
  });

  it('goes on when it diverges and keeps what it saw', async () => {
    const { lines } = await trainSmall({ optimizer: 'sgd', learningRate: 1e8, steps: 30 });
    expect(lines).toHaveLength(30);
    expect(lines.at(-1)?.['loss/velocity']).toBe('NaN');
    expect(lines[19]?.['grad/velocity']).toBe('NaN');
    expect(lines[0]?.['loss/velocity']).toBeTypeOf('number');
  });

  it('scales the other loss to the render loss with normalize_losses', async () => {
    const { lines } = await trainSmall({ renderWeight: 1, normalize: true, steps: 3 });
    const [first] = lines;
    const scaled = Number(first?.['weight/velocity']) * Number(first?.['loss/velocity']);
    expect(scaled).toBeCloseTo(Number(first?.['loss/render']), 5);
    expect(first?.['value_share/velocity']).toBeCloseTo(0.5, 6);
  });

  it('learns', async () => {
    const { lines } = await trainSmall({ steps: 150, renderWeight: 1, learningRate: 0.01 });
    expect(Number(lines.at(-1)?.psnr)).toBeGreaterThan(Number(lines[49]?.psnr) + 0.2);
    expect(Number(lines.at(-1)?.['flow/nmse'])).toBeLessThan(0.35);
    expect(Number(lines.at(-1)?.['flow/cos'])).toBeGreaterThan(0.7);
  });

  it('stops after the step in which it is cancelled', async () => {
    const tf = await cpu.load();
    const source = new CancellationSource();
    const steps: number[] = [];
    const config = smallConfig({ steps: 500 });
    const outcome = await trainingRun(
      {
        ...{ tf, config, task: flowEdit, plan: flowEdit.plan(config), probeEvery: 10 },
        readback: 'cheap',
        createEngine: (spec) => cpu.createEngine(tf, spec),
        notice: () => undefined,
        clock: { now: () => 0, after: () => ({ dispose: () => undefined }) },
        write: () => undefined,
        progress: (step) => {
          steps.push(step);
          if (step === 4) source.cancel();
        },
      },
      source.token,
    );
    expect(outcome).toBe('cancelled');
    expect(steps).toEqual([1, 2, 3, 4]);
  });

  it('writes the steps before a failure, even where reading waits for several', async () => {
    const tf = await cpu.load();
    const config = smallConfig({ steps: 60 });
    const lines: string[] = [];
    const before = tf.memory().numTensors;
    const failing: typeof flowEdit = {
      ...flowEdit,
      create(given, own, random) {
        const instance = flowEdit.create(given, own, random);
        let drawn = 0;
        const nextBatch = instance.nextBatch.bind(instance);
        instance.nextBatch = (source) => {
          drawn += 1;
          // The first is the example that the engine is made for.
          if (drawn === 38) throw new Error('No more data.');
          return nextBatch(source);
        };
        return instance;
      },
    };
    const run = trainingRun(
      {
        ...{ tf, config, task: failing, plan: flowEdit.plan(config), probeEvery: 100 },
        readback: 'costly',
        createEngine: (spec) => cpu.createEngine(tf, spec),
        notice: () => undefined,
        clock: { now: () => 0, after: () => ({ dispose: () => undefined }) },
        write: (text) => lines.push(...text.trim().split('\n')),
        progress: () => undefined,
      },
      new CancellationSource().token,
    );
    await expect(run).rejects.toThrow('No more data.');
    expect(lines).toHaveLength(36);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says which data is not finite when a loss is not, and goes on', async () => {
    const wrap = (task: Task): Task => ({
      ...task,
      create(tf, config, random) {
        const instance = task.create(tf, config, random);
        let drawn = 0;
        const nextBatch = (source: Random): Batch => {
          drawn += 1;
          const batch = instance.nextBatch(source);
          // The first batch is the example that engines prepare with.
          if (drawn !== 4 || !batch.image) return batch;
          batch.image.dispose();
          return { ...batch, image: tf.fill(batch.image.shape, Number.NaN) };
        };
        return {
          groups: instance.groups,
          nextBatch,
          losses: (batch) => instance.losses(batch),
          evaluate: () => instance.evaluate(),
          dispose: () => instance.dispose(),
        };
      },
    });
    const { lines, notices } = await trainSmall({ steps: 5 }, { wrap });
    expect(lines).toHaveLength(5);
    expect(notices).toEqual([
      'At step 3 the tensor image of the batch (float32, shape [16, 64]) holds 1024 of 1024 values that are not finite, the first, NaN, at [0, 0].',
    ]);
  });

  it('says of a loss that it has no path to the shared parameters', async () => {
    const wrap = (task: Task): Task => ({ ...task, sharedGroup: 'renderer' });
    const { notices, lines } = await trainSmall({ steps: 2 }, { wrap });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^The loss velocity has no path to the parameters of renderer/);
    expect(lines[0]).not.toHaveProperty('grad/velocity');
    expect(lines[0]?.['grad_share/velocity']).toBe(0);
  });

  it('resumes from a checkpoint bit by bit', async () => {
    const small = { steps: 30, normalize: true, renderWeight: 1 };
    const straight = await trainSmall(small, { checkpointEvery: 12 });
    expect(straight.checkpoints.map(({ step }) => step)).toEqual([12, 24]);
    const resumeFrom = straight.checkpoints[0];
    const resumed = await trainSmall(small, { ...(resumeFrom ? { resumeFrom } : {}) });
    const withoutTime = (lines: TrainedRun['lines']) =>
      lines.map((line) => ({ ...line, 'time/step_ms': 0 }));
    expect(withoutTime(resumed.lines)).toEqual(withoutTime(straight.lines.slice(12)));
    await expect(
      trainSmall({ ...small, steps: 31 }, { ...(resumeFrom ? { resumeFrom } : {}) }),
    ).rejects.toThrow(/The checkpoint is of another run: .* 30 steps, not .* 31 steps/);
  });
});
