import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { createRandom } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import {
  flowEditCuts,
  flowEditGroups,
} from '../../../server/src/training/tasks/flowEdit/flowEditNetworks.ts';
import { trainingOptions } from '../../../server/src/training/trainingOptions.ts';
import { smallConfig } from './support/flowEditSetup.ts';
import { planOf } from './support/optimizerCourse.ts';

/** What is wrong with a config of `flow-edit`, as `path: message`. */
function problemsOf(options: object): readonly string[] {
  const parsed = flowEdit.configSchema.safeParse({ task: 'flow-edit', ...options });
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the options that all tasks share', () => {
  it('are all optional', () => {
    expect(planOf()).toEqual({
      optimizer: {
        ...{ name: 'adam', learningRate: 0.01, momentum: 0, beta1: 0.9, beta2: 0.999 },
        ...{ epsilon: 1e-8, weightDecay: 0, groups: {} },
      },
      learningRate: {
        ...{ schedule: 'constant', warmupSteps: 0, finalFactor: 0, milestones: [], gamma: 0.1 },
      },
      clipNorm: undefined,
      accumulate: 1,
      probeCut: undefined,
      halvesEvery: undefined,
      statisticsEvery: undefined,
      evaluateEvery: 50,
    });
  });

  it('become the plan of a task', () => {
    const config = flowEdit.configSchema.parse({
      task: 'flow-edit',
      optimizer: {
        ...{ name: 'adamw', learning_rate: 0.1, momentum: 0.3, betas: [0.5, 0.6], epsilon: 0.01 },
        weight_decay: 0.2,
        groups: { renderer: { learning_rate_factor: 0.5 }, velocity: { weight_decay: 0 } },
      },
      learning_rate_schedule: { name: 'step', warmup_steps: 3, milestones: [5, 9], gamma: 0.5 },
      gradient_clip_norm: 1,
      accumulate_steps: 4,
      probe: { cut: 'velocity-head' },
    });
    expect(flowEdit.plan(config)).toMatchObject({
      optimizer: {
        ...{ name: 'adamw', learningRate: 0.1, momentum: 0.3, beta1: 0.5, beta2: 0.6 },
        ...{ epsilon: 0.01, weightDecay: 0.2 },
        groups: {
          renderer: { learningRateFactor: 0.5, weightDecay: 0.2 },
          velocity: { learningRateFactor: 1, weightDecay: 0 },
        },
      },
      learningRate: { schedule: 'step', warmupSteps: 3, milestones: [5, 9], gamma: 0.5 },
      ...{ clipNorm: 1, accumulate: 4, probeCut: 'velocity-head' },
    });
  });

  it.each([
    [{ optimizer: { name: 'lion' } }, /^optimizer\.name: .*"adam"\|"adamw"\|"sgd"/],
    [{ optimizer: { betas: [0.9, 1] } }, /^optimizer\.betas\.1: .*<1/],
    [{ optimizer: { betas: [0.9] } }, /^optimizer\.betas: /],
    [{ optimizer: { momentum: -0.1 } }, /^optimizer\.momentum: .*>=0/],
    [{ optimizer: { weight_decay: -1 } }, /^optimizer\.weight_decay: .*>=0/],
    [{ optimizer: { epsilon: 0 } }, /^optimizer\.epsilon: .*>0/],
    [{ optimizer: { groups: { decoder: {} } } }, /^optimizer\.groups: .*decoder/],
    [
      { optimizer: { groups: { renderer: { learning_rate_factor: -1 } } } },
      /^optimizer\.groups\.renderer\.learning_rate_factor: .*>=0/,
    ],
    [{ learning_rate_schedule: { name: 'poly' } }, /"constant"\|"cosine"\|"inverse-sqrt"/],
    [{ learning_rate_schedule: { final_factor: 2 } }, /final_factor: .*<=1/],
    [{ learning_rate_schedule: { milestones: [9, 9] } }, /milestones: .*each later than the one/],
    [{ learning_rate_schedule: { milestones: [9, 4] } }, /milestones: .*must rise/],
    [{ learning_rate_schedule: { name: 'step' } }, /milestones: .*step needs milestones/],
    [{ gradient_clip_norm: 0 }, /^gradient_clip_norm: .*>0/],
    [{ accumulate_steps: 1.5 }, /^accumulate_steps: .*int/],
    [{ probe: { cut: 'head' } }, /^probe\.cut: the cuts of this task are velocity-head/],
  ])('refuse %j in words', (options, message) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('refuse every cut where a task has none', () => {
    const shape = trainingOptions({ learningRate: 1, groups: ['all'], cuts: [], terms: [] });
    const parsed = z.strictObject(shape).safeParse({ probe: { cut: 'head' } });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'this task has no cut; leave it out to probe all parameters',
    ]);
    expect(planOf({ probe: { cut: null }, gradient_clip_norm: null })).toEqual(planOf());
  });

  it('know the groups and cuts of flow-edit', async () => {
    const config = smallConfig({ reconstructor: 'trained' });
    const instance = flowEdit.create(await cpu.load(), config, createRandom(1));
    expect(instance.groups.map(({ name }) => name)).toEqual(flowEditGroups);
    expect(instance.cuts?.map(({ name }) => name)).toEqual(flowEditCuts);
    const [velocity] = instance.groups;
    const [head] = instance.cuts ?? [];
    expect(head?.variables.map(({ shape }) => shape)).toEqual([[12, 8], [8]]);
    expect(head?.variables).toEqual(velocity?.variables.slice(-2));
    instance.dispose();
  });
});
