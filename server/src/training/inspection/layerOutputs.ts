import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../base/disposable.ts';
import { detach } from '../detach.ts';
import type { Batch, ParameterGroup, Tf } from '../task.ts';
import { LayerTags } from './layerTags.ts';
import { type KernelCall, observeKernels } from './observeKernels.ts';

/** What one pass through a layer gave. */
export interface LayerOutput {
  /** `<group>.<n>`, as `layerWeights` counts. */
  readonly layer: string;
  /** The kernel of the activation, or `linear` where none was seen. */
  readonly activation: string;
  /** After the activation. */
  readonly output: tfc.Tensor;
  /** Before it; undefined where a fused kernel does not show it. */
  readonly input: tfc.Tensor | undefined;
}

/** The outputs of all layers in one forward pass, in the order of the passes through them. */
interface LayerOutputs extends Disposable {
  readonly outputs: readonly LayerOutput[];
}

const activations: ReadonlySet<string> = new Set([
  ...['Elu', 'LeakyRelu', 'Prelu', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Softplus', 'Tanh'],
]);
/** x · σ(x): a sigmoid that is multiplied with its own input is a part of SiLU, no unit's output. */
const silu = 'SiLU';
/** What moves values about without changing them. */
const rearrangements: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Transpose']);
/** As `tf.fused` calls activations, and their own kernels. */
const fusedActivations: ReadonlyMap<unknown, string> = new Map([
  ['elu', 'Elu'],
  ['leakyrelu', 'LeakyRelu'],
  ['prelu', 'Prelu'],
  ['relu', 'Relu'],
  ['relu6', 'Relu6'],
  ['sigmoid', 'Sigmoid'],
]);

/**
 * Runs a forward pass and keeps what each layer gives: the product with its weights, with what is
 * added or multiplied from small parameters (biases, gains), and the activation behind it, which is
 * known by being all that uses the product. Where a normalisation made of several kernels, or
 * anything else, comes first, the output is the product. No tape may be on.
 */
export function keepLayerOutputs(
  tf: Tf,
  { groups, batch }: { readonly groups: readonly ParameterGroup[]; readonly batch: Batch },
  forward: () => void,
): LayerOutputs {
  const seen = new SeenLayers(tf, new LayerTags(groups, batch));
  try {
    observeKernels(
      tf,
      (call) => seen.see(call),
      () => tf.tidy(forward),
    );
  } catch (error) {
    seen.dispose();
    throw error;
  }
  return { outputs: seen.outputs(), dispose: () => seen.dispose() };
}

/** A product of a layer: what was made with its weights and biases up to here. */
interface Product {
  readonly layer: string;
  readonly copy: tfc.Tensor;
  readonly fused: string | undefined;
  readonly users: KernelCall[];
  /** False once a bias was added, or it was rearranged: then that is the product. */
  last: boolean;
}

class SeenLayers implements Disposable {
  readonly #tf: Tf;
  readonly #tags: LayerTags;
  readonly #products = new Map<number, Product>();
  /** Of the kernels that may turn out to be activations, by the tensor they gave. */
  readonly #activated = new Map<number, tfc.Tensor>();

  constructor(tf: Tf, tags: LayerTags) {
    this.#tf = tf;
    this.#tags = tags;
  }

  see(call: KernelCall): void {
    const { enters, tag } = this.#tags.follow(call);
    const [output] = call.outputs;
    if (!output) return;
    if (enters && tag?.layer !== undefined) {
      this.#addProduct(call, output, tag.layer);
      return;
    }
    const inputs = call.inputs.flatMap(({ id }) => this.#products.get(id) ?? []);
    const [only] = inputs;
    if (only && inputs.length === 1 && this.#goesOn(call)) {
      only.last = false;
      this.#addProduct(call, output, only.layer);
      return;
    }
    for (const product of new Set(inputs)) product.users.push(call);
    const mayActivate = only && (activations.has(call.kernel) || call.kernel === 'Multiply');
    if (mayActivate) this.#activated.set(output.id, this.#copy(output));
  }

  outputs(): readonly LayerOutput[] {
    const last = [...this.#products.values()].filter((product) => product.last);
    return last.map((product) => this.#output(product));
  }

  dispose(): void {
    for (const { copy } of this.#products.values()) copy.dispose();
    for (const copy of this.#activated.values()) copy.dispose();
    this.#products.clear();
    this.#activated.clear();
  }

  #addProduct(call: KernelCall, output: tfc.Tensor, layer: string): void {
    const fused = fusedActivations.get(call.attributes.activation);
    const copy = this.#copy(output);
    this.#products.set(output.id, { layer, copy, fused, users: [], last: true });
  }

  /** Whether a kernel makes nothing but a product out of a product. */
  #goesOn(call: KernelCall): boolean {
    if (activations.has(call.kernel)) return false;
    if (rearrangements.has(call.kernel)) return true;
    const others = call.inputs.filter(({ id }) => !this.#products.has(id));
    return others.length > 0 && others.every((other) => this.#tags.of(other)?.from === 'small');
  }

  #output({ layer, copy, fused, users }: Product): LayerOutput {
    if (fused) return { layer, activation: fused, output: copy, input: undefined };
    const [first, second] = users;
    const [activated] = first?.outputs ?? [];
    const alone = activated && this.#activated.get(activated.id);
    if (first && alone && users.length === 1 && activations.has(first.kernel)) {
      return { layer, activation: first.kernel, output: alone, input: copy };
    }
    const gated = second?.outputs[0] && this.#activated.get(second.outputs[0].id);
    const isGate =
      users.length === 2 && first?.kernel === 'Sigmoid' && second?.kernel === 'Multiply';
    if (isGate && gated && second.inputs.some(({ id }) => id === activated?.id)) {
      return { layer, activation: silu, output: gated, input: copy };
    }
    return { layer, activation: 'linear', output: copy, input: copy };
  }

  /** Shares the memory of the tensor, or copies it where the backend cannot share. */
  #copy(tensor: tfc.Tensor): tfc.Tensor {
    return this.#tf.keep(detach(this.#tf, tensor));
  }
}
