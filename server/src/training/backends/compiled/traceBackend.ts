import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../../task.ts';
import type { Value } from './graph.ts';
import type { GraphRecorder } from './graphRecorder.ts';
import type { KernelEmitter } from './kernelEmitter.ts';
import type { TraceTensors } from './traceTensors.ts';

type DataId = tfc.TensorInfo['dataId'];

export const traceBackendName = 'counterweight-trace';

/**
 * A backend of TensorFlow.js on which nothing is computed: its tensors stand for values of a graph.
 * A class within a function, because what it extends comes as an argument.
 */
export function createTraceBackend(tf: Tf, tensors: TraceTensors): tfc.KernelBackend {
  class TraceBackend extends tf.KernelBackend {
    override write(values: tfc.BackendValues, shape: number[], dtype: tfc.DataType): DataId {
      return tensors.write(values, shape, dtype);
    }
    override readSync(dataId: DataId): tfc.BackendValues {
      return tensors.read(dataId);
    }
    override async read(dataId: DataId): Promise<tfc.BackendValues> {
      return tensors.read(dataId);
    }
    override incRef(dataId: DataId): void {
      tensors.retain(dataId);
    }
    override disposeData(dataId: DataId): boolean {
      return tensors.release(dataId);
    }
    override refCount(dataId: DataId): number {
      return tensors.references(dataId);
    }
    override numDataIds(): number {
      return tensors.size;
    }
    override memory(): { unreliable: boolean } {
      return { unreliable: false };
    }
    override floatPrecision(): 32 {
      return 32;
    }
    /** Of float32, as in all backends that compute in it. */
    override epsilon(): number {
      return 1e-7;
    }
    override timerAvailable(): boolean {
      return false;
    }
    override dispose(): void {}
  }
  return new TraceBackend();
}

/** Registers a kernel that appends what its emitter says to the graph. */
export function registerEmitter(
  tf: Tf,
  { recorder, tensors }: { readonly recorder: GraphRecorder; readonly tensors: TraceTensors },
  { kernel, emit }: KernelEmitter,
): void {
  tf.registerKernel({
    kernelName: kernel,
    backendName: traceBackendName,
    kernelFunc({ inputs, attrs }) {
      // Inputs may be missing, though their type does not say so.
      const given: readonly (readonly [string, tfc.TensorInfo | null | undefined])[] =
        Object.entries(inputs);
      const values = given.map(([name, tensor]) => [
        name,
        tensor ? tensors.valueOf(tensor) : undefined,
      ]);
      const result = emit(recorder, {
        inputs: Object.fromEntries(values),
        attributes: { ...attrs },
      });
      return isList(result) ? result.map((value) => tensors.adopt(value)) : tensors.adopt(result);
    },
  });
}

function isList(result: Value | readonly Value[]): result is readonly Value[] {
  return Array.isArray(result);
}
