import type * as tfc from '@tensorflow/tfjs-core';

import { type Result, succeed } from '../base/result.ts';
import { BatchMean } from './batchMean.ts';
import type { RecordedForward } from './gradientTape.ts';
import { readProducts } from './readProducts.ts';
import type {
  EngineSnapshot,
  HeldState,
  StepEngine,
  StepOutcome,
  StepRequest,
  StepSpec,
} from './stepEngine.ts';
import { StepParts, type WeightTensor } from './stepParts.ts';
import { type StepState, stateNames, stateOf, stateVectors, takeVector } from './stepState.ts';
import { nothingRead, type StrategyReading } from './strategy.ts';
import type { Batch, Tf } from './task.ts';
import { tidyAll } from './tidyAll.ts';

/** `Backend.createEngine` of every backend that runs operation by operation. */
export async function createEagerEngine(tf: Tf, spec: StepSpec): Promise<Result<StepEngine>> {
  return succeed(new EagerEngine(tf, spec));
}

type Scalars = Readonly<Record<string, tfc.Scalar>>;

/** A step while it is taken. */
interface StepInProgress {
  readonly request: StepRequest;
  readonly scalars: Scalars;
  /** What was seen of the batches before the weights were known, and the gradients merged after. */
  readonly looks: BatchMean;
  readonly gradients: BatchMean;
  /** The variables that take part. */
  readonly reached: Set<tfc.Variable>;
}

/** Takes steps operation by operation, on whatever backend TensorFlow.js runs. */
export class EagerEngine implements StepEngine {
  readonly #tf: Tf;
  readonly #parts: StepParts;
  readonly #terms: number;
  readonly #outcomes = new WeakMap<StepOutcome, tfc.Tensor1D>();
  #state: StepState;
  #step = 0;
  #paths: readonly (readonly boolean[])[] | undefined;

  constructor(tf: Tf, spec: StepSpec) {
    this.#tf = tf;
    this.#terms = spec.terms.length;
    this.#parts = new StepParts(tf, spec);
    this.#state = tidyAll(tf, () => this.#parts.initialState());
  }

  get paths(): readonly (readonly boolean[])[] | undefined {
    return this.#paths;
  }

  async step(request: StepRequest): Promise<StepOutcome> {
    const open: RecordedForward[] = [];
    const scalars = this.#createScalars(this.#parts.scalars(request.step));
    const looks = new BatchMean(this.#tf);
    const gradients = new BatchMean(this.#tf);
    const reached = new Set<tfc.Variable>();
    const progress = { request, scalars, looks, gradients, reached };
    try {
      const known = this.#parts.needs === 'nothing' ? request.weigh(nothingRead) : undefined;
      for (const batch of request.batches) {
        const forward = this.#look(batch, progress);
        open.push(forward);
        if (known) {
          this.#withWeights(known, (weights) => this.#merge(forward, weights, progress));
          open.pop()?.dispose();
        }
      }
      const weights = known ?? request.weigh(await this.#readStrategy(progress));
      const outcome = this.#withWeights(weights, (tensors) => {
        for (const forward of open) this.#merge(forward, tensors, progress);
        return this.#finish(progress, weights, tensors);
      });
      if (request.after) request.after(await this.#lossesNow(request.batches));
      return outcome;
    } finally {
      for (const part of [...open, looks, gradients]) part.dispose();
      for (const scalar of Object.values(scalars)) scalar.dispose();
    }
  }

  async read(outcomes: readonly StepOutcome[]): Promise<readonly Float32Array[]> {
    const packed = outcomes.flatMap((outcome) => this.#outcomes.get(outcome) ?? []);
    const all = this.#tf.concat1d(packed);
    const values = await all.data<'float32'>();
    all.dispose();
    let start = 0;
    return packed.map(({ size }) => {
      start += size;
      return values.subarray(start - size, start);
    });
  }

  /** Nothing to do: the variables are up to date after every step, as the forward pass reads them. */
  async publish(): Promise<void> {}

  snapshot(): Promise<EngineSnapshot> {
    return this.#snapshotOf(stateVectors(this.#state), this.#step);
  }

  hold(): HeldState {
    const step = this.#step;
    // Clones share the memory of what they are made from.
    const vectors = stateVectors(this.#state).map((tensor) => this.#tf.keep(tensor.clone()));
    return {
      snapshot: () => this.#snapshotOf(vectors, step),
      dispose() {
        for (const tensor of vectors) tensor.dispose();
      },
    };
  }

  async restore({ step, vectors }: EngineSnapshot): Promise<void> {
    const { layout } = this.#parts;
    const names = stateNames(layout);
    const own = stateVectors(this.#state);
    const taken = own.map(({ size }, index) => takeVector(vectors, names[index] ?? '', size));
    this.#replace(
      stateOf(
        layout,
        taken.map((values) => this.#tf.tensor1d(values)),
      ),
    );
    this.#step = step;
  }

  dispose(): void {
    for (const tensor of stateVectors(this.#state)) tensor.dispose();
    this.#parts.dispose();
  }

  async #snapshotOf(tensors: readonly tfc.Tensor1D[], step: number): Promise<EngineSnapshot> {
    const names = stateNames(this.#parts.layout);
    const vectors: Record<string, Float32Array> = {};
    for (const [index, tensor] of tensors.entries()) {
      vectors[names[index] ?? ''] = (await tensor.data<'float32'>()).slice();
    }
    return { step, vectors };
  }

  /** The forward pass of one batch, with what has to be seen of it before the weights are known. */
  #look(batch: Batch, { request, scalars, looks }: StepInProgress): RecordedForward {
    const forward = this.#parts.forward(batch);
    looks.add(() => {
      const { kind } = request;
      const { vectors, paths } = this.#parts.look({ forward, batch, kind, scalars });
      this.#paths = paths ?? this.#paths;
      return vectors;
    });
    return forward;
  }

  #merge(
    forward: RecordedForward,
    weights: readonly WeightTensor[],
    { request, gradients, reached }: StepInProgress,
  ): void {
    for (const variable of this.#parts.reached(forward, weights)) reached.add(variable);
    if (!this.#parts.needsMergedGradient(request.kind)) return;
    gradients.add(() => [this.#parts.mergedGradient(forward, weights)]);
  }

  async #readStrategy({ request, scalars, looks }: StepInProgress): Promise<StrategyReading> {
    const { kind } = request;
    const packed = this.#tf.tidy(() =>
      // A copy, because the losses alone belong to the mean.
      this.#parts.reading({ kind, scalars, state: this.#state, looks: looks.mean() }).clone(),
    );
    try {
      return readProducts(await packed.data<'float32'>(), this.#terms);
    } finally {
      packed.dispose();
    }
  }

  #finish(
    { request: { kind, step }, scalars, looks, gradients, reached }: StepInProgress,
    weights: readonly number[],
    tensors: readonly WeightTensor[],
  ): StepOutcome {
    const { packed, state } = tidyAll(this.#tf, () => {
      const finished = this.#parts.finish({
        kind,
        scalars,
        state: this.#state,
        looks: looks.mean(),
        gradient: gradients.mean()[0],
        weights: tensors,
        reached,
      });
      // A copy, because the losses alone belong to the mean.
      return { ...finished, packed: finished.packed.clone() };
    });
    this.#replace(state);
    this.#step = step;
    const outcome: StepOutcome = { kind, weights, dispose: () => packed.dispose() };
    this.#outcomes.set(outcome, packed);
    return outcome;
  }

  /** The losses of the batches at the parameters of now, averaged. */
  async #lossesNow(batches: readonly Batch[]): Promise<readonly number[]> {
    const losses = new BatchMean(this.#tf);
    try {
      for (const batch of batches) losses.add(() => [this.#parts.losses(batch)]);
      const mean = this.#tf.tidy(() => losses.mean().map((vector) => vector.clone()));
      const values = await mean[0]?.data<'float32'>();
      this.#tf.dispose(mean);
      return [...(values ?? [])];
    } finally {
      losses.dispose();
    }
  }

  #replace(state: StepState): void {
    for (const tensor of stateVectors(this.#state)) tensor.dispose();
    this.#state = state;
    this.#tf.tidy(() => {
      for (const [variable, value] of this.#parts.assignments(state)) variable.assign(value);
    });
  }

  #createScalars(numbers: Readonly<Record<string, number>>): Scalars {
    const entries = Object.entries(numbers);
    return Object.fromEntries(entries.map(([name, value]) => [name, this.#tf.scalar(value)]));
  }

  /** The weights as tensors while `use` runs. */
  #withWeights<T>(weights: readonly number[], use: (tensors: readonly WeightTensor[]) => T): T {
    const tensors = weights.map((weight) => (weight === 0 ? undefined : this.#tf.scalar(weight)));
    try {
      return use(tensors);
    } finally {
      for (const tensor of tensors) tensor?.dispose();
    }
  }
}
