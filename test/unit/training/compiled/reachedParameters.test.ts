import { isDeepStrictEqual } from 'node:util';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { EngineSnapshot, StepEngine } from '../../../../server/src/training/stepEngine.ts';
import { disposeBatch } from '../../../../server/src/training/stepSpec.ts';
import type { Tf, TrainingPlan } from '../../../../server/src/training/task.ts';
import { createSmallTask, smallPlan } from '../support/smallTask.ts';
import { type Made, OpenedEngines, train } from './support/openedEngines.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => engines.dispose());

/** Parameters of the trunk, which come first; the loss `head` alone reaches those of the head. */
const trunk = 26;
const adamW = { ...smallPlan.optimizer, name: 'adamw', learningRate: 0.01, weightDecay: 0.5 };

function make(plan: Partial<TrainingPlan> = {}): Made {
  return engines.own(createSmallTask(tf, { optimizer: adamW, ...plan }));
}

function parts({ vectors }: EngineSnapshot) {
  const own = Object.entries(vectors).filter(([name]) => !/teacher|average/.test(name));
  const cut = (from: number, to?: number) => own.map(([, vector]) => [...vector.slice(from, to)]);
  return { trunk: cut(0, trunk), head: cut(trunk) };
}

async function stepWith(
  engine: StepEngine,
  { spec, draw }: Made,
  step: number,
  weights: readonly number[],
  kind: 'plain' | 'probe',
): Promise<EngineSnapshot> {
  const batches = Array.from({ length: spec.plan.accumulate }, (_, index) =>
    draw(step * 10 + index),
  );
  const outcome = await engine.step({ step, kind, batches, weigh: () => weights });
  outcome.dispose();
  for (const batch of batches) disposeBatch(batch);
  return engine.snapshot();
}

const plans: readonly (readonly [string, Partial<TrainingPlan>])[] = [
  ['weights known beforehand', {}],
  ['two batches', { accumulate: 2, clipNorm: 0.1 }],
  ['weights by losses, two batches', { strategy: 'normalised', accumulate: 2 }],
  ['weights by gradients', { strategy: 'gradient-inverse' }],
  ['a cut', { probeCut: 'trunk-end' }],
  ['averaged gradients', { strategy: 'db-mtl' }],
  ['averages that take turns, two batches', { strategy: 'm-config', accumulate: 2 }],
];

describe.each(['eager', 'compiled'] as const)('an engine that is %s', (kind) => {
  it.each(plans)('leaves alone what no loss in force reaches: %s', async (_, plan) => {
    const made = make(plan);
    const engine = await engines.open(kind, made);
    const stepKind = plan.strategy === undefined ? 'plain' : 'probe';
    const both = parts(await stepWith(engine, made, 1, [1, 1, 1], stepKind));
    for (const [step, ownKind] of [
      [2, stepKind],
      [3, 'probe'],
    ] as const) {
      const before = parts(await engine.snapshot());
      const after = parts(await stepWith(engine, made, step, [1, 0.5, 0], ownKind));
      expect(after.head).toEqual(both.head);
      const same = after.trunk.filter((own, index) => isDeepStrictEqual(own, before.trunk[index]));
      expect(same).toEqual([]);
    }
    const before = parts(await engine.snapshot());
    expect(parts(await stepWith(engine, made, 4, [0, 0, 0], stepKind))).toEqual(before);
    const back = parts(await stepWith(engine, made, 5, [0, 0, 1], stepKind));
    expect(
      back.head.filter((vector, index) => isDeepStrictEqual(vector, both.head[index])),
    ).toEqual([]);
  });
});

describe('losses that come and go', () => {
  const courses: readonly (readonly [string, Partial<TrainingPlan>])[] = [
    ['alternating', { strategy: 'alternating' }],
    ['alternating over two batches', { strategy: 'alternating', accumulate: 2 }],
    ['alternating with a cut', { strategy: 'alternating', probeCut: 'trunk-end' }],
    ['two stages', { strategy: 'two-stage', steps: 10 }],
  ];
  it.each(courses)('take the same ten steps compiled as eagerly: %s', async (_, plan) => {
    await engines.expectSameCourse(() => make(plan), 5e-5);
  });

  it('count the steps of each parameter, and ordinary runs have no vector for it', async () => {
    const plan = { steps: 10, strategyOptions: { first: ['near', 'far'], switch: 0.5 } };
    const made = make({ strategy: 'two-stage', ...plan });
    const engine = engines.eager(made);
    await train(engine, made, ['plain', 'probe', 'plain', 'plain', 'probe', 'plain', 'plain']);
    const { vectors } = await engine.snapshot();
    const weight = (steps: number): number => (1 - 0.9 ** steps) / (1 - 0.9);
    expect(vectors.gradientWeight?.[0]).toBeCloseTo(weight(7), 5);
    expect(vectors.gradientWeight?.[trunk]).toBeCloseTo(weight(2), 5);
    const ordinary = engines.eager(make());
    expect(Object.keys((await ordinary.snapshot()).vectors)).toEqual([
      'parameters',
      'gradientSum',
      'squareSum',
      'teacher',
    ]);
  });
});
