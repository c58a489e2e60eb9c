import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { discoverTerms } from '../../../../server/src/discovery/discoverTerms.ts';
import { parseConfig } from '../../../../server/src/syntax/registry.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Batch, TaskInstance, Tf } from '../../../../server/src/training/task.ts';
import { semanticVaeFlowConfigSchema } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticConfig.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import { createSemanticWorld } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticWorld.ts';
import { smallSemanticConfig } from '../support/semanticSetup.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

const opened: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0).reverse()) each.dispose();
});

function create(given: Readonly<Record<string, unknown>> = {}): TaskInstance {
  const instance = semanticVaeFlow.create(tf, smallSemanticConfig(given), createRandom(1));
  opened.push(instance);
  return instance;
}

/** The values of one field of the first batch. */
function firstBatch(given: Readonly<Record<string, unknown>>, step?: number): Batch {
  const batch = create(given).nextBatch(createRandom(3, 'data'), step);
  opened.push({ dispose: () => tf.dispose(Object.values(batch)) });
  return batch;
}

function valuesOf(batch: Batch, name: string): number[] {
  return [...(batch[name]?.dataSync() ?? [])];
}

/** The class that each row is told. */
function classesOf(batch: Batch): number[] {
  const values = valuesOf(batch, 'condition');
  return Array.from({ length: values.length / 10 }, (_, row) =>
    values.slice(row * 10, (row + 1) * 10).indexOf(1),
  );
}

describe('the config of semantic-vae-flow', () => {
  it('needs nothing but its name, and its weights are found in the text as they are declared', () => {
    const config = semanticVaeFlowConfigSchema.parse({ task: 'semantic-vae-flow' });
    const { terms, weights } = semanticVaeFlow.plan(config);
    expect(weights).toEqual([0.5, 0.03, 1, 0.03]);
    const paths = semanticVaeFlow.terms.map(({ weightPath }) => weightPath.join('.'));
    const text = paths.map((path, index) => `${path}: ${weights[index]}\n`).join('');
    const document = parseConfig('train.yaml', text);
    const found = document ? discoverTerms(document) : [];
    expect(found.map(({ name }) => name)).toEqual(terms);
  });

  it.each([
    [{ dino: { teacher_temperature: 0.1 } }, 'dino.teacher_temperature', 'not below'],
    [{ flow: { target: 'attached', loss: 'velocity' } }, 'flow.loss', 'mean-squared-error'],
    [{ model: { logvar_range: [2, -2] } }, 'model.logvar_range', 'below'],
    [{ w_vae: 1 }, '', 'w_vae'],
  ])('refuses %j at its place', (given, path, words) => {
    const parsed = semanticVaeFlowConfigSchema.safeParse({ task: 'semantic-vae-flow', ...given });
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(path);
    expect(parsed.error?.issues[0]?.message).toContain(words);
  });

  it.each(semanticVaeFlow.ablations ?? [])(
    'has an experiment $name that it takes',
    ({ variants }) => {
      for (const { changes } of variants) {
        const config: Record<string, unknown> = { task: 'semantic-vae-flow' };
        for (const { path, value } of changes) {
          const inner = path.slice(0, -1).reduce<Record<string, unknown>>((place, key) => {
            place[key] ??= {};
            return place[key] as Record<string, unknown>;
          }, config);
          inner[path.at(-1) ?? ''] = value;
        }
        expect(semanticVaeFlowConfigSchema.safeParse(config).error).toBeUndefined();
      }
    },
  );
});

describe('the world of semantic-vae-flow', () => {
  it('has classes that say as much as the dependence', () => {
    const world = createSemanticWorld();
    /** Share of the variance of an observation that lies between the means of the classes. */
    const explained = (dependence: number): number => {
      const { observation, label } = world.draw(createRandom(1), 4000, dependence);
      const means = Array.from({ length: 10 }, () => ({ sum: 0, count: 0 }));
      const first = label.map((own, row) => ({ own, value: observation[row * 24] ?? 0 }));
      for (const { own, value } of first) {
        const mean = means[own];
        if (mean) Object.assign(mean, { sum: mean.sum + value, count: mean.count + 1 });
      }
      const all = first.reduce((sum, { value }) => sum + value, 0) / first.length;
      const between = first.map(({ own }) => {
        const { sum, count } = means[own] ?? { sum: 0, count: 1 };
        return (sum / count - all) ** 2;
      });
      const total = first.map(({ value }) => (value - all) ** 2);
      const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
      return add(between) / add(total);
    };
    expect(explained(1)).toBeGreaterThan(0.4);
    expect(explained(0)).toBeLessThan(0.02);
  });
});

describe('a batch of semantic-vae-flow', () => {
  it('exchanges conditions and views for those of another class, and nothing else', () => {
    const plain = firstBatch({});
    const shuffled = firstBatch({ condition: { shuffle_flow: true, shuffle_dino: true } });
    const own = classesOf(plain);
    for (const [row, given] of classesOf(shuffled).entries()) expect(given).not.toBe(own[row]);
    expect(classesOf(shuffled).toSorted()).toEqual(own.toSorted());
    for (const name of ['observation', 'firstView', 'secondView', 'posteriorNoise', 'time']) {
      expect(valuesOf(shuffled, name)).toEqual(valuesOf(plain, name));
    }
    expect(valuesOf(plain, 'teacherFirst')).toEqual(valuesOf(plain, 'firstView'));
    expect(valuesOf(shuffled, 'teacherFirst')).not.toEqual(valuesOf(plain, 'teacherFirst'));
    expect(valuesOf(shuffled, 'teacherFirst').toSorted()).toEqual(
      valuesOf(plain, 'teacherFirst').toSorted(),
    );
  });

  it('has the teacher’s temperature of its step, and hidden classes and times as asked for', () => {
    const dino = { warmup_steps: 10 };
    const temperatures = [1, 6, 11, 500].map((step) =>
      valuesOf(firstBatch({ dino }, step), 'teacherTemperature'),
    );
    for (const [index, wanted] of [0.04, 0.055, 0.07, 0.07].entries()) {
      expect(temperatures[index]?.[0]).toBeCloseTo(wanted, 6);
    }
    expect(classesOf(firstBatch({ condition: { dropout: 1 } })).every((own) => own === -1)).toBe(
      true,
    );
    const times = valuesOf(firstBatch({ batch_size: 200, flow: { ends_share: 1 } }), 'time');
    expect(times.every((time) => time <= 0.1 || time >= 0.9)).toBe(true);
    const early = times.filter((time) => time < 0.5).length / times.length;
    expect(Math.abs(early - 0.5)).toBeLessThan(0.1);
  });
});

describe('semantic-vae-flow', () => {
  it('has a teacher that follows ever more slowly, and starts as the student', () => {
    const { teacher } = create({ steps: 100 });
    expect(teacher?.momentum(1)).toBeCloseTo(0.996, 12);
    expect(teacher?.momentum(51)).toBeCloseTo(0.998, 12);
    expect(teacher?.momentum(101)).toBe(1);
    for (const pair of teacher?.pairs ?? []) {
      expect(pair.teacher.dataSync()).toEqual(pair.student.dataSync());
    }
  });

  it.each([
    { inference: 'same', wanted: 0.18215 },
    { inference: 'missing', wanted: 1 },
  ])('shows a latent scale that is $inference at inference', async ({ inference, wanted }) => {
    const instance = create({ latent_scale: { value: 0.18215, inference } });
    const figures = await instance.evaluate();
    const { 'latent/train_std': trained = 0, 'latent/inference_std': used = 0 } = figures;
    expect(used / trained).toBeCloseTo(wanted / 0.18215, 4);
  });

  it('holds no tensor after it is disposed', async () => {
    const before = tf.memory().numTensors;
    const instance = semanticVaeFlow.create(tf, smallSemanticConfig(), createRandom(1));
    const figures = await instance.evaluate();
    expect(Object.values(figures).every(Number.isFinite)).toBe(true);
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
