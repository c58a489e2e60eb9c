import type * as Ort from 'onnxruntime-node';

import { invariant } from '../../../base/invariant.ts';
import type { GraphSession } from './session.ts';
import { names } from './stepGraphs.ts';
import type { StepProgram } from './stepProgram.ts';
import type { TensorPool } from './tensorPool.ts';

type Tensors = Map<string, Ort.Tensor>;

/**
 * One step in the course of being computed: all tensors that its graphs are fed with and give, by
 * name. What the graphs gave comes out of the pool and goes back there in `release`.
 */
export class StepRun {
  readonly #program: StepProgram;
  readonly #pool: TensorPool;
  readonly #values: Tensors;
  /** What belongs to one batch: its tensors and what its graph carries from its first part on. */
  readonly #batches: readonly Tensors[];
  /** What the end of the step gives; where there is but one batch, it is fed to the end as well. */
  readonly #rest: Tensors;
  readonly #taken = new Set<Ort.Tensor>();

  constructor(
    program: StepProgram,
    pool: TensorPool,
    values: ReadonlyMap<string, Ort.Tensor>,
    batches: readonly ReadonlyMap<string, Ort.Tensor>[],
  ) {
    this.#program = program;
    this.#pool = pool;
    this.#values = new Map(values);
    this.#batches = batches.map((batch) => new Map(batch));
    const [only] = this.#batches;
    this.#rest = program.gather || !only ? new Map() : only;
    for (const [name, type] of program.sums) {
      const zeros = pool.take(type);
      if (zeros.data instanceof Float32Array) zeros.data.fill(0);
      this.#taken.add(zeros);
      this.#values.set(name, zeros);
    }
  }

  /** Adds values that were not known at the start. */
  feed(values: ReadonlyMap<string, Ort.Tensor>): void {
    for (const [name, tensor] of values) this.#values.set(name, tensor);
  }

  /** Computes what does not depend on values that are still to come. */
  async begin(): Promise<void> {
    const { gather, finish } = this.#program;
    if (gather) await this.#gather(gather.before ?? gather.after);
    await this.#run(finish.before, this.#rest);
  }

  /** Computes the rest. */
  async end(): Promise<void> {
    const { gather, finish } = this.#program;
    if (gather?.before) await this.#gather(gather.after);
    await this.#run(finish.after, this.#rest);
  }

  /** An output that the host reads; a copy. */
  read(name: string): Float32Array {
    const data = this.#value(name).data;
    invariant(data instanceof Float32Array, `${name} is read as float32`);
    return data.slice();
  }

  /** An output, which becomes the caller's. */
  take(name: string): Ort.Tensor {
    const tensor = this.#value(name);
    this.#taken.delete(tensor);
    return tensor;
  }

  release(): void {
    for (const tensor of this.#taken) this.#pool.give(tensor);
    this.#taken.clear();
  }

  async #gather(session: GraphSession | undefined): Promise<void> {
    for (const batch of this.#batches) {
      await this.#run(session, batch);
      for (const [name] of this.#program.sums) this.#advance(name, batch);
    }
  }

  /** Makes what a sum has become the sum for the next batch. */
  #advance(name: string, batch: Tensors): void {
    const next = batch.get(names.next(name));
    if (!next) return;
    batch.delete(names.next(name));
    const old = this.#value(name);
    this.#taken.delete(old);
    this.#pool.give(old);
    this.#values.set(name, next);
  }

  async #run(session: GraphSession | undefined, batch: Tensors): Promise<void> {
    const outputs = await session?.run((name) => batch.get(name) ?? this.#values.get(name));
    for (const [name, tensor] of outputs ?? []) {
      this.#taken.add(tensor);
      batch.set(name, tensor);
    }
  }

  #value(name: string): Ort.Tensor {
    const tensor = this.#values.get(name) ?? this.#rest.get(name);
    invariant(tensor, `a step has computed ${name}`);
    return tensor;
  }
}
