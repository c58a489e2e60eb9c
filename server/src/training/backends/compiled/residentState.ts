import type * as Ort from 'onnxruntime-node';

import { type Disposable, toDisposable } from '../../../base/disposable.ts';
import { invariant } from '../../../base/invariant.ts';
import { stateLengths, stateNames, stateVectors, takeVector } from '../../stepState.ts';
import type { Tf } from '../../task.ts';
import { Download } from './download.ts';
import type { OnnxRuntime } from './onnxRuntime.ts';
import type { SessionOptions } from './session.ts';
import { names, type StepSource } from './stepGraphs.ts';
import type { TensorPool } from './tensorPool.ts';

/** By the names of the graphs' inputs. */
type StateTensors = ReadonlyMap<string, Ort.Tensor>;

/** Vectors that nobody writes to, until this is disposed. */
interface HeldVectors extends Disposable {
  /** Copies, by the names that a checkpoint gives them. */
  snapshot(): Promise<Readonly<Record<string, Float32Array>>>;
}

/** What a run carries from step to step, in the memory where the graphs want it. */
export class ResidentState implements Disposable {
  readonly #tf: Tf;
  readonly #runtime: OnnxRuntime;
  readonly #source: StepSource;
  readonly #download: Download;
  #tensors: StateTensors;
  /** States that somebody holds, with how often. */
  readonly #held = new Map<StateTensors, number>();

  /** Starts where a run starts. */
  constructor(source: StepSource, options: Omit<SessionOptions, 'read'>) {
    const { tf } = source;
    this.#tf = tf;
    this.#runtime = options.runtime;
    this.#source = source;
    this.#download = new Download(options);
    const start: Float32Array[] = [];
    // Not as its result: TensorFlow.js looks for tensors in that, number by number.
    tf.tidy(() => {
      for (const tensor of stateVectors(source.parts.initialState())) {
        start.push(tensor.dataSync<'float32'>().slice());
      }
    });
    this.#tensors = this.#place(start);
  }

  get tensors(): StateTensors {
    return this.#tensors;
  }

  /** What a step has made of each, by the same names. */
  next(taken: (name: string) => Ort.Tensor): StateTensors {
    return new Map([...this.#tensors.keys()].map((name) => [name, taken(name)]));
  }

  /** Takes over what `next` gave; the memory of the old goes to the pool, unless it is held. */
  replace(next: StateTensors, pool: TensorPool): void {
    if (!this.#held.has(this.#tensors)) giveAll(this.#tensors, pool);
    this.#tensors = next;
  }

  /** Keeps the vectors of now; once they are of no use to the run either, the pool gets them. */
  hold(pool: TensorPool): HeldVectors {
    const tensors = this.#tensors;
    this.#held.set(tensors, (this.#held.get(tensors) ?? 0) + 1);
    const { dispose } = toDisposable(() => {
      const others = this.#held.get(tensors);
      // The state itself is gone, and has let go of all.
      if (others === undefined) return;
      if (others > 1) this.#held.set(tensors, others - 1);
      else {
        this.#held.delete(tensors);
        if (tensors !== this.#tensors) giveAll(tensors, pool);
      }
    });
    return { snapshot: () => this.#snapshotOf(tensors), dispose };
  }

  /** Copies of all vectors, by the names that a checkpoint gives them. */
  snapshot(): Promise<Readonly<Record<string, Float32Array>>> {
    return this.#snapshotOf(this.#tensors);
  }

  /** Puts back what `snapshot` gave. @throws where a vector is missing or of another length */
  restore(vectors: Readonly<Record<string, Float32Array>>): void {
    const { layout } = this.#source.parts;
    const lengths = stateLengths(layout);
    const taken = stateNames(layout).map((name, index) =>
      takeVector(vectors, name, lengths[index] ?? 0).slice(),
    );
    if (!this.#held.has(this.#tensors)) letGo(this.#tensors);
    this.#tensors = this.#place(taken);
  }

  /** Lets the task's variables hold the parameters of now. */
  async publish(): Promise<void> {
    const { parts } = this.#source;
    const { layout } = parts;
    const tensors = this.#tensors;
    const values = (name: string): Promise<Float32Array> => this.#values(tensors, name);
    const parameters = await values('parameters');
    const teacher = layout.teacher === undefined ? undefined : await values('teacher');
    const buffers = layout.buffers === undefined ? undefined : await values('buffers');
    const tf = this.#tf;
    tf.tidy(() => {
      const state = {
        parameters: tf.tensor1d(parameters),
        teacher: teacher && tf.tensor1d(teacher),
        buffers: buffers && tf.tensor1d(buffers),
      };
      for (const [variable, value] of parts.assignments(state)) variable.assign(value);
    });
  }

  dispose(): void {
    for (const tensors of new Set([this.#tensors, ...this.#held.keys()])) letGo(tensors);
    this.#held.clear();
    this.#tensors = new Map();
    this.#download.dispose();
  }

  async #snapshotOf(tensors: StateTensors): Promise<Readonly<Record<string, Float32Array>>> {
    const vectors: Record<string, Float32Array> = {};
    for (const name of stateNames(this.#source.parts.layout)) {
      vectors[name] = await this.#values(tensors, name);
    }
    return vectors;
  }

  #place(vectors: readonly Float32Array[]): StateTensors {
    const { Tensor } = this.#runtime;
    return new Map(
      stateNames(this.#source.parts.layout).map((name, index) => {
        const values = vectors[index];
        invariant(values, `a state has ${name}`);
        return [names.state(name), new Tensor('float32', values, [values.length])];
      }),
    );
  }

  /** A copy. */
  async #values(tensors: StateTensors, name: string): Promise<Float32Array> {
    const tensor = tensors.get(names.state(name));
    invariant(tensor, `a state has ${name}`);
    return this.#download.values(tensor);
  }
}

function giveAll(tensors: StateTensors, pool: TensorPool): void {
  for (const tensor of tensors.values()) pool.give(tensor);
}

/** Memory of a device is let go of while the sessions that gave it live. */
function letGo(tensors: StateTensors): void {
  for (const tensor of tensors.values()) if (tensor.location !== 'cpu') tensor.dispose();
}
