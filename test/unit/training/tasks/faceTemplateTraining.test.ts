import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { createRandom } from '../../../../server/src/base/random.ts';
import { compiledCpu } from '../../../../server/src/training/backends/compiledCpu.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { createStepSpec } from '../../../../server/src/training/stepSpec.ts';
import { faceTemplate } from '../../../../server/src/training/tasks/faceTemplate/faceTemplate.ts';
import { type Made, OpenedEngines } from '../compiled/support/openedEngines.ts';
import { smallFaceConfig, trainFaces } from '../support/faceTemplateSetup.ts';

const example = new URL('../../../../examples/face-template/train.yaml', import.meta.url);

describe('face-template, trained,', () => {
  // The mean face in place of every picture has a PSNR of 18.1 dB. The rate stays at its beginning, as
  // it nearly does in the first tenth of the example's cosine.
  it('denoises and is recognised in a tenth of the example’s steps, without falling back', {
    timeout: 120_000,
  }, async () => {
    const given: Readonly<Record<string, unknown>> = parse(readFileSync(example, 'utf8'));
    const config = faceTemplate.configSchema.parse({
      ...given,
      steps: Number(given.steps) / 10,
      evaluate_every: 20,
      learning_rate_schedule: { name: 'constant' },
    });
    const { lines, notices } = await trainFaces(compiledCpu, config);
    expect(notices).toEqual([]);
    const looks = lines.filter((line) => 'psnr' in line);
    const [first, last] = [looks[0] ?? {}, looks.at(-1) ?? {}];
    expect(last.psnr).toBeGreaterThan(Number(first.psnr) + 1);
    expect(last.psnr).toBeGreaterThan(21.5);
    expect(last['face/judge_cosine']).toBeGreaterThan(Number(first['face/judge_cosine']) + 0.1);
  });

  it('repeats itself for the same seed, and differs for another', {
    timeout: 60_000,
  }, async () => {
    const course = async (seed: number) => {
      const { lines } = await trainFaces(cpu, smallFaceConfig({ seed }));
      return lines.map((line) => ({ ...line, 'time/step_ms': 0 }));
    };
    const [first, again, other] = [await course(1), await course(1), await course(2)];
    expect(first).toHaveLength(6);
    for (const [step, line] of first.entries()) {
      const repeated = again[step] ?? {};
      expect(Object.keys(repeated)).toEqual(Object.keys(line));
      const differences = Object.entries(line).map(([metric, value]) =>
        Math.abs(Number(Reflect.get(repeated, metric)) - value),
      );
      expect(Math.max(...differences)).toBeLessThan(1e-6);
    }
    expect(other).not.toEqual(first);
  });

  it('measures every loss on the trunk and the head', async () => {
    const loss = { center_loss_weight: 0.1, guidance_loss_weight: 0.1 };
    const { lines } = await trainFaces(cpu, smallFaceConfig({ steps: 1, loss }));
    const [line = {}] = lines;
    for (const term of ['pixel', 'feature', 'center', 'guidance']) {
      expect(line[`grad/${term}`]).toBeGreaterThan(0);
      expect(line[`grad/${term}@head`]).toBeGreaterThan(0);
      expect(line[`${term}_loss`]).toBe(line[`loss/${term}`]);
    }
    expect(line.total_loss).toBe(line['loss/total']);
  });
});

describe('a compiled engine takes ten steps of face-template like an eager one', () => {
  let engines: OpenedEngines;
  beforeEach(async () => {
    engines = new OpenedEngines(await cpu.load());
  });
  afterEach(() => engines.dispose());

  it.each<[Readonly<Record<string, unknown>>]>([
    [{}],
    [{ feature: 'angular-margin', center_loss_weight: 0.1, guidance_loss_weight: 0.1 }],
    [{ feature: { name: 'arcface', scale: 8 }, center_loss_weight: 0.1 }],
    [{ feature: { name: 'cosface', scale: 8 }, guidance_loss_weight: 0.1 }],
    [{ feature: 'cosine-distance', guidance_loss_weight: 0 }],
    [{ feature: 'info-nce-negatives', center_loss_weight: 0.1, guidance_loss_weight: 0.1 }],
    [{ feature: 'mean-squared-error', guidance_loss_weight: 0.1 }],
  ])('%j', { timeout: 60_000 }, async (loss) => {
    const tf = await cpu.load();
    // Adam's first steps have the size of the learning rate whatever the gradient, rounding included.
    const optimizer = { name: 'sgd', learning_rate: 0.05 };
    const config = smallFaceConfig({ steps: 10, optimizer, loss });
    const make = (): Made => {
      const instance = faceTemplate.create(tf, config, createRandom(7, 'parameters'));
      const spec = createStepSpec(faceTemplate, faceTemplate.plan(config), instance);
      return engines.own({ spec, batch: (seed) => instance.nextBatch(createRandom(seed, 'data')) });
    };
    await engines.expectSameCourse(make, 1e-4);
  });
});
