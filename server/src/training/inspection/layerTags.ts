import type * as tfc from '@tensorflow/tfjs-core';

import type { Batch, ParameterGroup } from '../task.ts';
import type { KernelCall } from './observeKernels.ts';

/** The weights of a layer: a variable of rank 2 or more. */
export interface LayerWeights {
  /** `<group>.<n>`, where n counts the weights of the group from 0. */
  readonly layer: string;
  readonly variable: tfc.Variable;
}

/** The layers of a model by their weights; biases and gains belong to the layer that they follow. */
export function layerWeights(groups: readonly ParameterGroup[]): readonly LayerWeights[] {
  return groups.flatMap(({ name, variables }) =>
    variables
      .filter(({ rank }) => rank >= 2)
      .map((variable, index) => ({ layer: `${name}.${index}`, variable })),
  );
}

/** What a tensor is made from. */
interface LayerTag {
  /** `weights` and `small` (rank 0 and 1) are made from parameters alone, `data` from a batch too. */
  readonly from: 'weights' | 'small' | 'data';
  /** Of weights their own layer, of data the one entered latest; undefined before the first. */
  readonly layer: string | undefined;
  /** Counts the layers that data entered, so that of two inputs the later layer is known. */
  readonly entered: number;
}

/** What a kernel did with layers. */
interface TaggedCall {
  readonly call: KernelCall;
  /** True where data met weights: the kernel is the layer's product. */
  readonly enters: boolean;
  /** Of its outputs; undefined for constants. */
  readonly tag: LayerTag | undefined;
}

/**
 * Follows labels through a forward pass: weights label what they are multiplied with, and everything
 * made of that bears the label until other weights take it in. Tensors that come neither from the
 * batch nor from a group, such as a teacher's parameters, are constants and label nothing.
 */
export class LayerTags {
  readonly #tags = new Map<number, LayerTag>();
  #entered = 0;

  constructor(groups: readonly ParameterGroup[], batch: Batch) {
    for (const { variables } of groups) {
      for (const { id } of variables) this.#set(id, 'small', undefined);
    }
    for (const { layer, variable } of layerWeights(groups)) {
      this.#set(variable.id, 'weights', layer);
    }
    for (const { id } of Object.values(batch)) this.#set(id, 'data', undefined);
  }

  /** Undefined for a constant. */
  of(tensor: { readonly id: number }): LayerTag | undefined {
    return this.#tags.get(tensor.id);
  }

  /** To be told of every kernel in turn. */
  follow(call: KernelCall): TaggedCall {
    const tags = call.inputs.flatMap((input) => this.of(input) ?? []);
    const weights = latest(tags.filter(({ from }) => from === 'weights'));
    const data = latest(tags.filter(({ from }) => from === 'data'));
    const enters = weights !== undefined && data !== undefined;
    if (enters) this.#entered += 1;
    const tag = enters
      ? { from: 'data' as const, layer: weights.layer, entered: this.#entered }
      : (data ?? weights ?? tags[0]);
    if (tag) for (const { id } of call.outputs) this.#tags.set(id, tag);
    return { call, enters, tag };
  }

  #set(id: number, from: LayerTag['from'], layer: string | undefined): void {
    this.#tags.set(id, { from, layer, entered: 0 });
  }
}

function latest(tags: readonly LayerTag[]): LayerTag | undefined {
  return tags.reduce<LayerTag | undefined>(
    (best, tag) => (best === undefined || tag.entered > best.entered ? tag : best),
    undefined,
  );
}
