import { readFileSync } from 'node:fs';

import type * as tfc from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type {
  Batch,
  ParameterGroup,
  TaskInstance,
  Tf,
} from '../../../../server/src/training/task.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';

/** The norm of a gradient and its product with cos 0, cos 1, …; null where there is no path. */
const figuresSchema = z.tuple([z.number(), z.number()]).nullable();
const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      config: z.object({
        flow_matching: z.record(z.string(), z.unknown()).default({}),
        reconstructor: z.string().default('frozen'),
        world: z.record(z.string(), z.number()).default({}),
      }),
      losses: z.record(z.string(), z.number()),
      gradients: z.record(z.string(), z.record(z.string(), figuresSchema)),
      heldOut: z.record(z.string(), z.number()),
    }),
  ),
});
type Case = z.infer<typeof goldenSchema>['cases'][number];

const path = new URL('../../../fixtures/tasks/flow-edit/torch.golden.json', import.meta.url);
const golden = goldenSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
/** As in generate.py. */
const sizes = { seed: 11, batch: 5, width: 6 };
/** Single precision against double, through the nets and eight steps of the sampler; 4e-6 was seen. */
const tolerance = 2e-5;

function create(tf: Tf, { flow_matching, reconstructor, world }: Case['config']): TaskInstance {
  const config = flowEdit.configSchema.parse({
    task: 'flow-edit',
    batch_size: sizes.batch,
    world,
    model: {
      reconstructor,
      transformer: { editor: { width: sizes.width, flow_matching } },
      renderer: { width: sizes.width },
    },
  });
  return flowEdit.create(tf, config, createRandom(sizes.seed, 'parameters'));
}

type Figures = readonly [norm: number, product: number];

/** The loss of a term and, for each group, the figures of its gradient. */
function differentiate(tf: Tf, instance: TaskInstance, batch: Batch, term: string) {
  const variables = instance.groups.flatMap((group) => [...group.variables]);
  const { value, grads } = tf.tidy(() =>
    tf.variableGrads(() => {
      const loss = instance.losses(batch)[term];
      if (!loss) throw new Error(`there is no loss ${term}`);
      return loss;
    }, variables),
  );
  const gradients = new Map<string, Figures | null>(
    instance.groups.map((group) => [group.name, figuresOf(grads, group)]),
  );
  const loss = value.dataSync()[0] ?? Number.NaN;
  tf.dispose([value, ...Object.values(grads)]);
  return { loss, gradients };
}

function figuresOf(grads: tfc.NamedTensorMap, { variables }: ParameterGroup): Figures | null {
  const gradients: readonly (tfc.Tensor | null)[] = variables.map(
    ({ name }) => grads[name] ?? null,
  );
  if (gradients.every((gradient) => gradient === null)) return null;
  const flat = gradients.flatMap((gradient, index) =>
    gradient ? [...gradient.dataSync()] : new Array<number>(variables[index]?.size ?? 0).fill(0),
  );
  const product = flat.reduce((sum, entry, index) => sum + entry * Math.cos(index), 0);
  return [Math.hypot(...flat), product];
}

/** Figures that are too far apart; those below a hundredth are compared as if they were one. */
function differences(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const gap = Math.abs(Number(actual[name]) - value) / Math.max(0.01, Math.abs(value));
    return gap < tolerance ? [] : [`${name} is ${actual[name]}, not ${value}`];
  });
}

function expectGradients(
  found: ReadonlyMap<string, Figures | null>,
  wanted: Readonly<Record<string, Figures | null>>,
): void {
  for (const [group, figures] of Object.entries(wanted)) {
    const [norm, product] = found.get(group) ?? [null, null];
    expect(norm === null, `there is no path to ${group}`).toBe(figures === null);
    const [wantedNorm, wantedProduct] = figures ?? [0, 0];
    const both = { norm: wantedNorm, product: wantedProduct };
    expect(differences({ norm: norm ?? 0, product: product ?? 0 }, both), group).toEqual([]);
  }
}

describe.each(golden.cases)('flow-edit in torch, $name', ({ config, losses, ...expected }) => {
  async function withInstance(use: (tf: Tf, instance: TaskInstance) => unknown): Promise<void> {
    const tf = await cpu.load();
    const instance = create(tf, config);
    await use(tf, instance);
    instance.dispose();
  }

  it.each(Object.entries(losses))(
    'has the same loss %s, and its gradients',
    { timeout: 20_000 },
    (term, loss) =>
      withInstance((tf, instance) => {
        const batch = instance.nextBatch(createRandom(sizes.seed, 'data'));
        const found = differentiate(tf, instance, batch, term);
        tf.dispose(Object.values(batch));
        expect(differences({ [term]: found.loss }, { [term]: loss })).toEqual([]);
        expectGradients(found.gradients, expected.gradients[term] ?? {});
      }),
  );

  it('has the same figures on held-out pairs', { timeout: 20_000 }, () =>
    withInstance(async (_tf, instance) => {
      expect(differences(await instance.evaluate(), expected.heldOut)).toEqual([]);
    }),
  );
});
