import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../base/disposable.ts';
import { detach } from '../detach.ts';
import { recordForward } from '../gradientTape.ts';
import type { Tf } from '../task.ts';
import { type KernelCall, observeKernels } from './observeKernels.ts';
import { userFrame } from './userFrame.ts';

/** A tensor of a trace; its values stay readable until the trace is disposed. */
export interface TracedTensor {
  readonly id: number;
  readonly shape: readonly number[];
}

/** A kernel that ran, with what it ran for. */
export interface TracedKernel {
  readonly kernel: string;
  readonly inputs: readonly TracedTensor[];
  readonly outputs: readonly TracedTensor[];
  /** The place in a file of the user's from which it was asked for, as `file:line`. */
  readonly place: string | undefined;
  /** In a backward pass, the kernel whose gradient this is a part of. */
  readonly slopeOf: TracedKernel | undefined;
}

/** A forward pass with its losses, and how to go back from each. */
export interface TracedForward extends Disposable {
  readonly losses: readonly TracedTensor[];
  /** The gradient of one loss for each of the variables; undefined where there is no path. */
  gradients(loss: number): readonly (TracedTensor | undefined)[];
}

/** More than the engine's own frames between a kernel and whoever asked for it. */
const framesKept = 60;

/**
 * Everything that was computed in a forward pass and the backward passes of its losses, with the
 * values: as much memory as a step takes several times over, for the one look that seeks the origin
 * of a value that is not finite.
 */
export class KernelTrace implements Disposable {
  readonly #tf: Tf;
  readonly #follow: (call: KernelCall) => void;
  readonly #copies = new Map<number, tfc.Tensor>();
  readonly #makers = new Map<number, TracedKernel>();
  /** Detached tensors and copies for the tape share memory with what they are made from. */
  readonly #makersOfData = new WeakMap<object, TracedKernel>();
  readonly #calls: TracedKernel[] = [];
  readonly #values = new Map<number, Float32Array>();
  #slopeOf: TracedKernel | undefined;

  /** @param follow told of every kernel of the forward pass in turn */
  constructor(tf: Tf, follow: (call: KernelCall) => void) {
    this.#tf = tf;
    this.#follow = follow;
  }

  /** All kernels so far, in the order in which they ended. */
  get calls(): readonly TracedKernel[] {
    return this.#calls;
  }

  /** The kernel that made a tensor; undefined for what came from outside. */
  makerOf({ id }: TracedTensor): TracedKernel | undefined {
    return this.#makers.get(id);
  }

  /** Undefined where the values are no float32, and so always finite. */
  async values({ id }: TracedTensor): Promise<Float32Array | undefined> {
    const known = this.#values.get(id);
    if (known) return known;
    const values = await this.#copies.get(id)?.data<'float32'>();
    if (values) this.#values.set(id, values);
    return values;
  }

  forward(variables: readonly tfc.Variable[], losses: () => readonly tfc.Scalar[]): TracedForward {
    const tf = this.#tf;
    const recorded = this.#observe(
      (call) => this.#follow(call),
      () => recordForward(tf, variables, losses),
    );
    return {
      losses: recorded.losses.map(traced),
      gradients: (index) => {
        const gradients = this.#observe(undefined, () =>
          recorded.gradients((scalars) => {
            this.#markSlopes();
            const loss = scalars[index];
            if (!loss) throw new Error('Broken invariant: a loss has its place among the terms');
            return loss;
          }, variables),
        );
        for (const gradient of gradients) gradient?.dispose();
        return gradients.map((gradient) => gradient && traced(gradient));
      },
      dispose: () => recorded.dispose(),
    };
  }

  dispose(): void {
    for (const copy of this.#copies.values()) copy.dispose();
    this.#copies.clear();
  }

  #observe<T>(follow: ((call: KernelCall) => void) | undefined, run: () => T): T {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = framesKept;
    try {
      return observeKernels(
        this.#tf,
        (call) => {
          this.#add(call);
          follow?.(call);
        },
        run,
      );
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  #add({ kernel, inputs, outputs }: KernelCall): void {
    for (const input of inputs) {
      const maker = this.#makersOfData.get(input.dataId);
      if (maker && !this.#makers.has(input.id)) this.#makers.set(input.id, maker);
    }
    for (const tensor of [...inputs, ...outputs]) this.#keep(tensor);
    const call = {
      kernel,
      inputs: inputs.map(traced),
      outputs: outputs.map(traced),
      place: userFrame(new Error().stack ?? ''),
      slopeOf: this.#slopeOf,
    };
    this.#calls.push(call);
    for (const { id, dataId } of outputs) {
      this.#makers.set(id, call);
      if (!this.#makersOfData.has(dataId)) this.#makersOfData.set(dataId, call);
    }
  }

  #keep(tensor: tfc.Tensor): void {
    if (tensor.dtype !== 'float32' || this.#copies.has(tensor.id)) return;
    this.#copies.set(tensor.id, this.#tf.keep(detach(this.#tf, tensor)));
  }

  /** Lets each node of the tape of the pass that begins say whose gradient is being computed. */
  #markSlopes(): void {
    const { state } = this.#tf.engine();
    state.activeTape = state.activeTape.map((node) => {
      const { gradient } = node;
      const [output] = node.outputs;
      if (!gradient) return node;
      const enter = (): void => {
        this.#slopeOf = output && this.#makers.get(output.id);
      };
      return {
        ...node,
        gradient: (upstream: tfc.Tensor[]) => {
          enter();
          const byInput = Object.entries(gradient(upstream)).map(([name, compute]) => {
            const marked = (): tfc.Tensor => {
              enter();
              return compute();
            };
            return [name, marked] as const;
          });
          return Object.fromEntries(byInput);
        },
      };
    });
  }
}

function traced({ id, shape }: tfc.Tensor): TracedTensor {
  return { id, shape };
}
