import { expect } from 'vitest';

import type { Disposable } from '../../../../../server/src/base/disposable.ts';
import { CompiledEngine } from '../../../../../server/src/training/backends/compiled/compiledEngine.ts';
import { kernelEmitters } from '../../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { EagerEngine } from '../../../../../server/src/training/eagerEngine.ts';
import type {
  StepEngine,
  StepKind,
  StepSpec,
} from '../../../../../server/src/training/stepEngine.ts';
import { Stepper } from '../../../../../server/src/training/stepper.ts';
import { disposeBatch } from '../../../../../server/src/training/stepSpec.ts';
import type { Batch, Tf } from '../../../../../server/src/training/task.ts';
import type { SmallTask } from '../../support/smallTask.ts';
import { installedRuntime } from './runValues.ts';

/** A task of its own for each engine: while one lives, the task's variables are its own. */
export interface Made {
  readonly spec: StepSpec;
  readonly draw: (seed: number) => Batch;
}

export type EngineKind = 'compiled' | 'eager';

/** Owns the tasks and engines of a test. */
export class OpenedEngines implements Disposable {
  readonly #tf: Tf;
  readonly #opened: Disposable[] = [];

  constructor(tf: Tf) {
    this.#tf = tf;
  }

  /** The task of a test, with its example batch. */
  own({ spec, batch }: Pick<SmallTask, 'spec' | 'batch'>): Made {
    this.#opened.push({
      dispose() {
        disposeBatch(spec.example);
        spec.instance.dispose();
      },
    });
    return { spec, draw: (seed) => batch(seed) };
  }

  async open(kind: EngineKind, made: Made): Promise<StepEngine> {
    return kind === 'eager' ? this.eager(made) : this.compiled(made);
  }

  async compiled({ spec }: Made): Promise<StepEngine> {
    const engine = await CompiledEngine.create({
      tf: this.#tf,
      spec,
      runtime: installedRuntime(),
      provider: 'cpu',
      emitters: kernelEmitters,
    });
    if (!engine.ok) throw new Error(engine.error);
    this.#opened.push(engine.value);
    return engine.value;
  }

  eager({ spec }: Made): StepEngine {
    const engine = new EagerEngine(this.#tf, spec);
    this.#opened.push(engine);
    return engine;
  }

  /** Ten steps, every other one a probe, measure the same on both and lead to the same state. */
  async expectSameCourse(make: () => Made, tolerance: number): Promise<void> {
    const [own, other] = [make(), make()];
    const engine = await this.compiled(own);
    const reference = this.eager(other);
    const given = await train(engine, own, tenSteps);
    const wanted = await train(reference, other, tenSteps);
    for (const [index, values] of wanted.entries()) {
      expect(difference(given[index], values)).toBeLessThan(tolerance);
    }
    expect(engine.paths).toEqual(reference.paths);
    const [state, referenceState] = [await engine.snapshot(), await reference.snapshot()];
    expect(Object.keys(state.vectors)).toEqual(Object.keys(referenceState.vectors));
    for (const [name, vector] of Object.entries(referenceState.vectors)) {
      expect(difference(state.vectors[name], vector)).toBeLessThan(tolerance);
    }
  }

  dispose(): void {
    for (const each of this.#opened.splice(0).reverse()) each.dispose();
  }
}

const tenSteps: readonly StepKind[] = Array.from({ length: 10 }, (_, index) =>
  index % 2 === 0 ? 'probe' : 'plain',
);

/** Takes steps on batches of seeds 10, 20, … and gives what each measured. */
export async function train(
  engine: StepEngine,
  { spec, draw }: Made,
  kinds: readonly StepKind[],
  from = 1,
): Promise<readonly Float32Array[]> {
  const stepper = new Stepper(spec);
  const read: Float32Array[] = [];
  for (const [index, kind] of kinds.entries()) {
    const step = from + index;
    const seeds = Array.from({ length: spec.plan.accumulate }, (_, batch) => step * 10 + batch);
    const batches = seeds.map(draw);
    const outcome = await stepper.step(engine, step, kind, batches);
    read.push(...(await engine.read([outcome])));
    outcome.dispose();
    for (const batch of batches) disposeBatch(batch);
  }
  return read;
}

/** The largest difference, as a share of the largest number. */
export function difference(given: Float32Array | undefined, wanted: Float32Array): number {
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return wanted.reduce(
    (most, value, index) =>
      Math.max(most, Math.abs(value - (given?.[index] ?? Number.NaN)) / scale),
    0,
  );
}
