import type { Result } from '../base/result.ts';
import { EagerEngine } from './eagerEngine.ts';
import {
  type EngineSnapshot,
  EngineUnfitError,
  type HeldState,
  type StepEngine,
  type StepOutcome,
  type StepRequest,
  type StepSpec,
} from './stepEngine.ts';
import type { Tf } from './task.ts';

export interface FallbackOptions {
  readonly tf: Tf;
  readonly spec: StepSpec;
  /** The engine that is wanted. */
  readonly create: (spec: StepSpec) => Promise<Result<StepEngine>>;
  /** Told why another engine takes over. */
  readonly notice: (text: string) => void;
}

/** The engine that is wanted or, where it cannot take this task's steps, an eager one. */
export async function createEngineWithFallback(options: FallbackOptions): Promise<StepEngine> {
  const { tf, spec, create, notice } = options;
  const created = await create(spec);
  if (created.ok) return new EngineWithFallback(options, created.value);
  notice(`Steps are taken operation by operation on ${tf.getBackend()}: ${created.error}`);
  return new EagerEngine(tf, spec);
}

/** Goes on with an eager engine, from the same parameters, once the wanted one finds itself unfit. */
class EngineWithFallback implements StepEngine {
  readonly #options: FallbackOptions;
  readonly #owners = new WeakMap<StepOutcome, StepEngine>();
  readonly #engines: StepEngine[];

  constructor(options: FallbackOptions, engine: StepEngine) {
    this.#options = options;
    this.#engines = [engine];
  }

  get #current(): StepEngine {
    const engine = this.#engines.at(-1);
    if (!engine) throw new Error('Broken invariant: there is an engine until it is disposed');
    return engine;
  }

  get paths(): readonly (readonly boolean[])[] | undefined {
    return this.#current.paths;
  }

  async step(request: StepRequest): Promise<StepOutcome> {
    const engine = this.#current;
    try {
      return await this.#take(engine, request);
    } catch (error) {
      if (!(error instanceof EngineUnfitError) || this.#engines.length > 1) throw error;
      return this.#take(await this.#fallBack(engine, error), request);
    }
  }

  /** Outcomes of before and after a change of engines are read from the one that gave them. */
  async read(outcomes: readonly StepOutcome[]): Promise<readonly Float32Array[]> {
    const read: Float32Array[] = [];
    for (const engine of this.#engines) {
      const own = outcomes.filter((outcome) => this.#owners.get(outcome) === engine);
      if (own.length > 0) read.push(...(await engine.read(own)));
    }
    return read;
  }

  publish(): Promise<void> {
    return this.#current.publish();
  }

  snapshot(): Promise<EngineSnapshot> {
    return this.#current.snapshot();
  }

  /** What was held before a change of engines stays with the engine that held it. */
  hold(): HeldState {
    return this.#current.hold();
  }

  restore(snapshot: EngineSnapshot): Promise<void> {
    return this.#current.restore(snapshot);
  }

  dispose(): void {
    for (const engine of this.#engines) engine.dispose();
    this.#engines.length = 0;
  }

  async #take(engine: StepEngine, request: StepRequest): Promise<StepOutcome> {
    const outcome = await engine.step(request);
    this.#owners.set(outcome, engine);
    return outcome;
  }

  async #fallBack(unfit: StepEngine, error: EngineUnfitError): Promise<StepEngine> {
    const { tf, spec, notice } = this.#options;
    notice(`Steps go on operation by operation on ${tf.getBackend()}: ${error.message}`);
    const eager = new EagerEngine(tf, spec);
    this.#engines.push(eager);
    await eager.restore(await unfit.snapshot());
    return eager;
  }
}
