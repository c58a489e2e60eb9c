import type * as tfc from '@tensorflow/tfjs-core';
import type * as Ort from 'onnxruntime-node';

import { EngineUnfitError } from '../../stepEngine.ts';
import type { Batch, Tf } from '../../task.ts';
import type { ValueType } from './graph.ts';
import { names } from './stepGraphs.ts';
import type { TensorPool } from './tensorPool.ts';

type HostArray = Float32Array | Int32Array | Uint8Array;

/** Kinds and shapes of a batch's tensors by name. @throws EngineUnfitError for kinds that ONNX lacks */
export function batchTypes(batch: Batch): Readonly<Record<string, ValueType>> {
  const types: Record<string, ValueType> = {};
  for (const [name, { dtype, shape }] of Object.entries(batch)) {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new EngineUnfitError(
        `The tensor ${name} of the batch is of kind ${dtype}; only float32, int32 and bool can be compiled.`,
      );
    }
    types[name] = { dtype, shape };
  }
  return types;
}

/** Copies of a batch's tensors, in memory of the pool, by the names of the graphs' inputs. */
export function feedBatch(tf: Tf, pool: TensorPool, batch: Batch): ReadonlyMap<string, Ort.Tensor> {
  const types = Object.entries(batchTypes(batch));
  return new Map(
    types.map(([name, type]) => {
      const fed = pool.take(type);
      const tensor = batch[name];
      if (tensor) copy(hostValues(tf, tensor), fed.data);
      return [names.batch(name), fed];
    }),
  );
}

/** The values of a tensor where they lie, if that is WebAssembly's memory: reading would copy them. */
function hostValues(tf: Tf, tensor: tfc.Tensor): HostArray {
  const backend: unknown = tf.engine().state.tensorInfo.get(tensor.dataId)?.backend;
  if (hasHeap(backend)) return backend.typedArrayFromHeap(tensor);
  return tensor.dataSync<'float32' | 'int32' | 'bool'>();
}

function copy(values: HostArray, target: Ort.Tensor['data']): void {
  const isNumeric =
    target instanceof Float32Array || target instanceof Int32Array || target instanceof Uint8Array;
  if (isNumeric) target.set(values);
}

/** As the WebAssembly backend of TensorFlow.js gives a view of its memory. */
function hasHeap(
  backend: unknown,
): backend is { typedArrayFromHeap(tensor: tfc.TensorInfo): HostArray } {
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'typedArrayFromHeap' in backend &&
    typeof backend.typedArrayFromHeap === 'function'
  );
}
