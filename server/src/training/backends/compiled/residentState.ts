import type * as Ort from 'onnxruntime-node';

import type { Disposable } from '../../../base/disposable.ts';
import { invariant } from '../../../base/invariant.ts';
import { stateLengths, stateNames, stateVectors, takeVector } from '../../stepState.ts';
import type { Tf } from '../../task.ts';
import { Download } from './download.ts';
import type { OnnxRuntime } from './onnxRuntime.ts';
import type { SessionOptions } from './session.ts';
import { names, type StepSource } from './stepGraphs.ts';
import type { TensorPool } from './tensorPool.ts';

/** What a run carries from step to step, in the memory where the graphs want it. */
export class ResidentState implements Disposable {
  readonly #tf: Tf;
  readonly #runtime: OnnxRuntime;
  readonly #source: StepSource;
  readonly #download: Download;
  #tensors: ReadonlyMap<string, Ort.Tensor>;

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

  /** By the names of the graphs' inputs. */
  get tensors(): ReadonlyMap<string, Ort.Tensor> {
    return this.#tensors;
  }

  /** What a step has made of each, by the same names. */
  next(taken: (name: string) => Ort.Tensor): ReadonlyMap<string, Ort.Tensor> {
    return new Map([...this.#tensors.keys()].map((name) => [name, taken(name)]));
  }

  /** Takes over what `next` gave; the memory of the old goes to the pool. */
  replace(next: ReadonlyMap<string, Ort.Tensor>, pool: TensorPool): void {
    for (const tensor of this.#tensors.values()) pool.give(tensor);
    this.#tensors = next;
  }

  /** Copies of all vectors, by the names that a checkpoint gives them. */
  async snapshot(): Promise<Readonly<Record<string, Float32Array>>> {
    const vectors: Record<string, Float32Array> = {};
    for (const name of stateNames(this.#source.parts.layout)) {
      vectors[name] = await this.#values(name);
    }
    return vectors;
  }

  /** Puts back what `snapshot` gave. @throws where a vector is missing or of another length */
  restore(vectors: Readonly<Record<string, Float32Array>>): void {
    const { layout } = this.#source.parts;
    const lengths = stateLengths(layout);
    const taken = stateNames(layout).map((name, index) =>
      takeVector(vectors, name, lengths[index] ?? 0).slice(),
    );
    this.#letGo();
    this.#tensors = this.#place(taken);
  }

  /** Lets the task's variables hold the parameters of now. */
  async publish(): Promise<void> {
    const { parts } = this.#source;
    const parameters = await this.#values('parameters');
    const teacher = parts.layout.teacher === undefined ? undefined : await this.#values('teacher');
    const tf = this.#tf;
    tf.tidy(() => {
      const state = {
        parameters: tf.tensor1d(parameters),
        teacher: teacher && tf.tensor1d(teacher),
      };
      for (const [variable, value] of parts.assignments(state)) variable.assign(value);
    });
  }

  dispose(): void {
    this.#letGo();
    this.#download.dispose();
  }

  /** Memory of a device is let go of while the sessions that gave it live. */
  #letGo(): void {
    for (const tensor of this.#tensors.values()) if (tensor.location !== 'cpu') tensor.dispose();
    this.#tensors = new Map();
  }

  #place(vectors: readonly Float32Array[]): ReadonlyMap<string, Ort.Tensor> {
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
  async #values(name: string): Promise<Float32Array> {
    const tensor = this.#tensors.get(names.state(name));
    invariant(tensor, `a state has ${name}`);
    return this.#download.values(tensor);
  }
}
