import { createRandom } from '../../server/src/base/random.ts';
import type { Backend } from '../../server/src/training/backend.ts';
import type { StepEngine, StepKind, StepOutcome } from '../../server/src/training/stepEngine.ts';
import type { Batch, TaskInstance, Tf } from '../../server/src/training/task.ts';
import { type BenchNet, createNetInstance, createNetSpec } from './benchNet.mts';

const batchCount = 4;
/** Steps whose figures are read together where reading is costly, as in a training run. */
const readTogether = 10;

/** A net in training on one engine. */
export class EngineRunner {
  readonly engine: StepEngine;
  readonly #backend: Backend;
  readonly #instance: TaskInstance;
  readonly #batches: readonly Batch[];
  readonly #weights: readonly number[];
  #step = 0;

  private constructor(
    backend: Backend,
    engine: StepEngine,
    instance: TaskInstance,
    batches: readonly Batch[],
    weights: readonly number[],
  ) {
    this.#backend = backend;
    this.engine = engine;
    this.#instance = instance;
    this.#batches = batches;
    this.#weights = weights;
  }

  /**
   * @param strategy decides what is read in mid-step; the weights stay 1
   * @throws where the backend cannot take the steps of the net, with its reason
   */
  static async create(
    backend: Backend,
    tf: Tf,
    net: BenchNet,
    losses: number,
    strategy = 'fixed',
  ): Promise<EngineRunner> {
    const random = createRandom(0, net.name);
    const instance = createNetInstance(tf, net, losses, random);
    const spec = createNetSpec(net, losses, instance, random, strategy);
    const created = await backend.createEngine(tf, spec);
    disposeBatch(spec.example);
    if (!created.ok) {
      instance.dispose();
      throw new Error(created.error);
    }
    const batches = Array.from({ length: batchCount }, () => instance.nextBatch(random));
    return new EngineRunner(backend, created.value, instance, batches, spec.plan.weights);
  }

  /**
   * Takes steps of the given kinds and reads what they measured.
   * @returns mean milliseconds of a step
   */
  async block(kinds: readonly StepKind[]): Promise<number> {
    const pending: StepOutcome[] = [];
    const most = this.#backend.readback === 'cheap' ? 1 : readTogether;
    const started = performance.now();
    for (const [index, kind] of kinds.entries()) {
      pending.push(await this.#take(kind));
      const due = kind === 'probe' || pending.length >= most || index === kinds.length - 1;
      if (due) await this.#read(pending.splice(0));
    }
    return (performance.now() - started) / kinds.length;
  }

  dispose(): void {
    this.engine.dispose();
    for (const batch of this.#batches) disposeBatch(batch);
    this.#instance.dispose();
  }

  #take(kind: StepKind): Promise<StepOutcome> {
    this.#step += 1;
    const batch = this.#batches[this.#step % batchCount];
    if (!batch) throw new Error('Broken invariant: there are batches');
    const weigh = (): readonly number[] => this.#weights;
    return this.engine.step({ step: this.#step, kind, batches: [batch], weigh });
  }

  async #read(outcomes: readonly StepOutcome[]): Promise<void> {
    const figures = await this.engine.read(outcomes);
    for (const outcome of outcomes) outcome.dispose();
    if (figures.some((values) => !values.every(Number.isFinite))) {
      throw new Error('A figure of a step is not finite; its time would mean nothing.');
    }
  }
}

export function disposeBatch(batch: Batch): void {
  for (const tensor of Object.values(batch)) tensor.dispose();
}
