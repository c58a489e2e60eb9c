import type * as Ort from 'onnxruntime-node';

import { invariant } from '../../../base/invariant.ts';
import { fail, type Result, succeed } from '../../../base/result.ts';
import { readProducts } from '../../readProducts.ts';
import {
  type EngineSnapshot,
  EngineUnfitError,
  type HeldState,
  type StepEngine,
  type StepOutcome,
  type StepRequest,
  type StepSpec,
} from '../../stepEngine.ts';
import { StepParts } from '../../stepParts.ts';
import { nothingRead } from '../../strategy.ts';
import type { Batch, Tf } from '../../task.ts';
import { feedBatch } from './feedBatch.ts';
import type { KernelEmitter } from './kernelEmitter.ts';
import type { OnnxRuntime, Provider } from './onnxRuntime.ts';
import { ProgramCache } from './programCache.ts';
import { ResidentState } from './residentState.ts';
import { names, type Paths, type StepSource } from './stepGraphs.ts';
import { StepRun } from './stepRun.ts';
import { TensorPool } from './tensorPool.ts';

export interface CompiledEngineOptions {
  readonly tf: Tf;
  readonly spec: StepSpec;
  readonly runtime: OnnxRuntime;
  readonly provider: Provider;
  readonly emitters: readonly KernelEmitter[];
}

/**
 * Takes steps as graphs run by ONNX Runtime. TensorFlow.js creates the task, draws its batches and
 * evaluates; from step to step the parameters are vectors that go in and out of the graphs.
 */
export class CompiledEngine implements StepEngine {
  readonly #runtime: OnnxRuntime;
  readonly #source: StepSource;
  readonly #pool: TensorPool;
  readonly #state: ResidentState;
  readonly #programs: ProgramCache;
  readonly #outcomes = new WeakMap<StepOutcome, Float32Array>();
  /** Which losses weighed in the latest step: the best guess for the next. */
  #weighed: readonly boolean[];
  #step = 0;
  #paths: Paths | undefined;

  private constructor(options: CompiledEngineOptions) {
    const { tf, spec, runtime } = options;
    this.#runtime = runtime;
    this.#source = describeSteps(tf, spec);
    this.#pool = new TensorPool(runtime);
    this.#state = new ResidentState(this.#source, { ...options, pool: this.#pool });
    this.#weighed = spec.plan.weights.map(isWeighed);
    const read = new Set([names.packed, names.reading]);
    this.#programs = new ProgramCache(this.#source, { ...options, pool: this.#pool, read });
  }

  /** An engine whose probe is compiled; the error says why the task's steps cannot be. */
  static async create(options: CompiledEngineOptions): Promise<Result<StepEngine>> {
    const engine = new CompiledEngine(options);
    try {
      warmUp(options);
      await engine.#programs.program('probe', engine.#weighed, [options.spec.example]);
      return succeed(engine);
    } catch (error) {
      engine.dispose();
      if (error instanceof EngineUnfitError) return fail(error.message);
      throw error;
    }
  }

  get paths(): Paths | undefined {
    return this.#paths;
  }

  async step(request: StepRequest): Promise<StepOutcome> {
    const { weights, run, fed, paths } = await this.#begin(request);
    await run.end();
    const packed = run.read(names.packed);
    const next = this.#state.next((name) => run.take(names.next(name)));
    run.release();
    this.#letGo(fed);
    // Before the state is the new one: whoever falls back because this fails takes the step again.
    const after = request.after && (await this.#lossesAt(next, request.batches));
    this.#state.replace(next, this.#pool);
    this.#paths = paths ?? this.#paths;
    this.#step = request.step;
    const outcome: StepOutcome = { kind: request.kind, weights, dispose: () => undefined };
    this.#outcomes.set(outcome, packed);
    if (after) request.after?.(after);
    return outcome;
  }

  async read(outcomes: readonly StepOutcome[]): Promise<readonly Float32Array[]> {
    return outcomes.map((outcome) => {
      const packed = this.#outcomes.get(outcome);
      invariant(packed, 'an outcome is read by the engine that gave it');
      return packed;
    });
  }

  publish(): Promise<void> {
    return this.#state.publish();
  }

  async snapshot(): Promise<EngineSnapshot> {
    return { step: this.#step, vectors: await this.#state.snapshot() };
  }

  hold(): HeldState {
    const step = this.#step;
    const held = this.#state.hold(this.#pool);
    return {
      snapshot: async () => ({ step, vectors: await held.snapshot() }),
      dispose: () => held.dispose(),
    };
  }

  async restore({ step, vectors }: EngineSnapshot): Promise<void> {
    this.#state.restore(vectors);
    this.#step = step;
    await this.publish();
  }

  dispose(): void {
    this.#state.dispose();
    this.#programs.dispose();
    this.#source.parts.dispose();
  }

  /** Computes up to where the weights have to be known, and asks for them. */
  async #begin(request: StepRequest) {
    const { kind, batches, weigh, step } = request;
    const { terms, parts } = this.#source;
    let weights = parts.needs === 'nothing' ? weigh(nothingRead) : undefined;
    const feeds = new Map([...this.#state.tensors, ...this.#scalars(parts.scalars(step))]);
    const fed = batches.map((batch) => feedBatch(this.#source.tf, this.#pool, batch));
    for (;;) {
      if (weights) this.#weighed = weights.map(isWeighed);
      const program = await this.#programs.program(kind, this.#weighed, batches);
      const run = new StepRun(program, this.#pool, feeds, fed);
      if (weights) run.feed(this.#weights(weights));
      await run.begin();
      weights ??= weigh(readProducts(run.read(names.reading), terms));
      // A weight that came to 0, or came back, makes another graph of the rest: rare, so begun anew.
      if (String(weights.map(isWeighed)) === String(program.form.weighed)) {
        run.feed(this.#weights(weights));
        return { weights, run, fed, paths: program.paths };
      }
      run.release();
    }
  }

  /** The losses of the batches in a state, averaged. */
  async #lossesAt(
    state: ReadonlyMap<string, Ort.Tensor>,
    batches: readonly Batch[],
  ): Promise<readonly number[]> {
    const mean = Array.from({ length: this.#source.terms }, () => 0);
    for (const batch of batches) {
      const program = await this.#programs.program('losses', this.#weighed, [batch]);
      const fed = [feedBatch(this.#source.tf, this.#pool, batch)];
      const run = new StepRun(program, this.#pool, state, fed);
      await run.begin();
      await run.end();
      for (const [index, loss] of run.read(names.reading).entries()) {
        mean[index] = (mean[index] ?? 0) + loss / batches.length;
      }
      run.release();
      this.#letGo(fed);
    }
    return mean;
  }

  #letGo(fed: readonly ReadonlyMap<string, Ort.Tensor>[]): void {
    for (const batch of fed) for (const tensor of batch.values()) this.#pool.give(tensor);
  }

  #scalars(scalars: Readonly<Record<string, number>>): ReadonlyMap<string, Ort.Tensor> {
    return new Map(
      Object.entries(scalars).map(([name, value]) => [names.scalar(name), this.#scalar(value)]),
    );
  }

  #weights(weights: readonly number[]): ReadonlyMap<string, Ort.Tensor> {
    return new Map(weights.map((weight, index) => [names.weight(index), this.#scalar(weight)]));
  }

  #scalar(value: number): Ort.Tensor {
    return new this.#runtime.Tensor('float32', Float32Array.of(value), []);
  }
}

function describeSteps(tf: Tf, spec: StepSpec): StepSource {
  const { plan, terms } = spec;
  return { tf, parts: new StepParts(tf, spec), terms: terms.length, accumulate: plan.accumulate };
}

/**
 * Lets a task make what it makes at its first forward pass, and for its buffers, and keeps. Made while a step is traced,
 * that would stand for a value of the graph and be of no use to anybody afterwards.
 */
function warmUp({ tf, spec }: CompiledEngineOptions): void {
  try {
    tf.tidy(() => {
      spec.instance.losses(spec.example);
      spec.instance.buffers?.next(spec.example);
    });
  } catch {
    // The trace meets the same, unless it is an operation that only this backend lacks.
  }
}

function isWeighed(weight: number): boolean {
  return weight !== 0;
}
