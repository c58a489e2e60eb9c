import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Checkpoint } from '../../../../server/src/training/checkpoint.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import {
  type SmallConfig,
  smallConfig,
  type TrainedRun,
  trainSmall,
} from '../support/flowEditSetup.ts';

const modes: readonly SmallConfig[] = [
  { flow: { mode: 'joint' } },
  { flow: { mode: 'detached' } },
  { flow: { mode: 'two-stage', exposure: 'equal' } },
  { flow: { mode: 'alternating' } },
  { reconstructor: 'trained' },
  { reconstructor: 'trained', flow: { target: 'attached', path: { convention: 'data-to-noise' } } },
];

/** Parameters of the velocity and of the rest at a checkpoint. */
async function partsOf(checkpoint: Checkpoint | undefined): Promise<readonly Float32Array[]> {
  const tf = await cpu.load();
  const instance = flowEdit.create(tf, smallConfig(), createRandom(1));
  const length = instance.groups[0]?.variables.reduce((sum, { size }) => sum + size, 0) ?? 0;
  instance.dispose();
  const parameters = checkpoint?.vectors.parameters ?? new Float32Array();
  return [parameters.slice(0, length), parameters.slice(length)];
}

function last(run: Pick<TrainedRun, 'lines'>, metric: string): number {
  return Number(run.lines.at(-1)?.[metric]);
}

describe('a mode of flow-edit', () => {
  it.each(modes)('%j trains the velocity and the pictures', { timeout: 20_000 }, async (small) => {
    const [early, run] = [
      await trainSmall({ ...small, steps: 1 }),
      await trainSmall({ ...small, steps: 45, learningRate: 0.02 }),
    ];
    expect(last(run, 'psnr')).toBeGreaterThan(last(early, 'psnr') + 1);
    expect(last(run, 'flow/cos')).toBeGreaterThan(last(early, 'flow/cos') + 0.1);
  });

  it('joint, the one by default, trains as flow-edit did before it had modes', async () => {
    const { lines } = await trainSmall({ steps: 5 });
    const figures = lines.map((line) => [line['loss/velocity'], line['loss/render']]);
    const before = [
      [1.6943359375, 0.0811091884970665],
      [2.3471410274505615, 0.0833805501461029],
      [2.042245388031006, 0.07888693362474442],
      [1.596325397491455, 0.08055760711431503],
      [2.174415111541748, 0.08084418624639511],
    ];
    for (const [step, losses] of before.entries()) {
      for (const [term, loss] of losses.entries()) {
        expect(figures[step]?.[term]).toBeCloseTo(loss, 6);
      }
    }
    expect(last({ lines }, 'psnr')).toBeCloseTo(11.391924295409293, 5);
  });

  it('gives the same figures for the same seed', async () => {
    const train = async () => {
      const { lines } = await trainSmall({ steps: 10, flow: { mode: 'alternating' } });
      return lines.map(({ 'time/step_ms': _time, ...values }) => values);
    };
    expect(await train()).toEqual(await train());
  });

  it('has no path from the render loss to a detached velocity', async () => {
    const { lines, notices } = await trainSmall({ steps: 3, flow: { mode: 'detached' } });
    expect(lines.every((line) => !('grad/render' in line))).toBe(true);
    expect(lines[0]).toMatchObject({ 'grad/render@renderer': expect.any(Number) });
    expect(notices).toEqual([
      expect.stringMatching(/^The loss render has no path to the parameters of velocity/),
    ]);
  });

  it('leaves the velocity alone in the second of two stages, to the bit', async () => {
    const { checkpoints } = await trainSmall(
      { steps: 12, flow: { mode: 'two-stage' } },
      { checkpointEvery: 1 },
    );
    const [start, switched, end] = await Promise.all(
      [0, 5, 10].map((index) => partsOf(checkpoints[index])),
    );
    // Six steps of the velocity, then those of the renderer.
    expect(switched?.[0]).not.toEqual(start?.[0]);
    expect(switched?.[1]).toEqual(start?.[1]);
    expect(end?.[0]).toEqual(switched?.[0]);
    expect(end?.[1]).not.toEqual(switched?.[1]);
  });

  it('takes turns, with as many steps or with each loss seen as often', async () => {
    const { lines } = await trainSmall({ steps: 4, flow: { mode: 'alternating' } });
    expect(lines.map((line) => [line['weight/velocity'], line['weight/render']])).toEqual([
      [1, 0],
      [0, 0.5],
      [1, 0],
      [0, 0.5],
    ]);
    const steps = (flow: SmallConfig['flow']) =>
      flowEdit.plan(smallConfig({ steps: 10, ...(flow ? { flow } : {}) })).steps;
    expect(steps({ mode: 'alternating' })).toBe(10);
    expect(steps({ mode: 'alternating', exposure: 'equal' })).toBe(20);
    expect(steps({ mode: 'two-stage', exposure: 'equal' })).toBe(20);
    expect(steps({ mode: 'joint', exposure: 'equal' })).toBe(10);
  });

  it('lets an attached target collapse, which flow/target_var shows', {
    timeout: 20_000,
  }, async () => {
    const train = (target: string) =>
      trainSmall({ steps: 90, learningRate: 0.02, reconstructor: 'trained', flow: { target } });
    const [detached, attached] = [await train('detached'), await train('attached')];
    expect(last(attached, 'loss/velocity')).toBeLessThan(last(detached, 'loss/velocity'));
    expect(last(attached, 'flow/target_var')).toBeLessThan(0.2 * last(detached, 'flow/target_var'));
  });

  it('tells by the slope that the sampler walks otherwise than was trained (R17)', {
    timeout: 20_000,
  }, async () => {
    const train = async (inference: object) =>
      last(await trainSmall({ steps: 90, learningRate: 0.02, flow: { inference } }), 'flow/slope');
    const own = await train({});
    expect(own).toBeGreaterThan(0.9);
    expect(own).toBeLessThan(1.1);
    expect(await train({ scale: 0.5 })).toBeCloseTo(2 * own, 3);
    expect(await train({ convention: 'data-to-noise' })).toBeLessThan(-0.5);
  });
});
