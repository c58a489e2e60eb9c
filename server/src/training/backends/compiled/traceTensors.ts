import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../../base/invariant.ts';
import type { Tf } from '../../task.ts';
import type { HostValues, Value } from './graph.ts';
import type { GraphRecorder } from './graphRecorder.ts';
import { UntraceableError } from './kernelEmitter.ts';

type DataId = tfc.TensorInfo['dataId'];
type TensorType = Pick<tfc.TensorInfo, 'dtype' | 'shape'>;

interface Entry {
  readonly type: TensorType;
  references: number;
  value: Value | undefined;
  /** The tensor of another backend that it stands for, until its values are needed. */
  readonly origin: tfc.TensorInfo | undefined;
}

/** The tensors of one trace: which value of the graph each stands for, and who still refers to it. */
export class TraceTensors {
  readonly #tf: Tf;
  readonly #recorder: GraphRecorder;
  readonly #entries = new Map<DataId, Entry>();
  readonly #foreign = new Map<DataId, Map<string, Value>>();
  readonly #held = new Map<DataId, tfc.TensorInfo>();

  constructor(tf: Tf, recorder: GraphRecorder) {
    this.#tf = tf;
    this.#recorder = recorder;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The tensors of other backends whose values became constants. */
  get held(): readonly tfc.TensorInfo[] {
    return [...this.#held.values()];
  }

  /** A tensor for a value of the graph. */
  adopt(value: Value): tfc.TensorInfo {
    const { shape, dtype } = value;
    invariant(dtype !== 'int64', `a kernel gives no int64, as it did for ${value.name}`);
    return this.#add({ type: { shape: [...shape], dtype }, value, origin: undefined });
  }

  /** A tensor for one of another backend, whose values are read only if they are used. */
  standIn({ dataId, shape, dtype }: tfc.TensorInfo): tfc.TensorInfo {
    const type = { shape: [...shape], dtype };
    return this.#add({ type, value: undefined, origin: { dataId, ...type } });
  }

  /** The value of a tensor; one that lies on another backend becomes a constant. */
  valueOf(tensor: tfc.TensorInfo): Value {
    const entry = this.#entries.get(tensor.dataId);
    return entry ? this.#entryValue(entry) : this.#foreignValue(tensor);
  }

  write(values: tfc.BackendValues, shape: number[], dtype: tfc.DataType): DataId {
    const value = this.#constant(values, { shape, dtype });
    return this.#add({ type: { shape, dtype }, value, origin: undefined }).dataId;
  }

  /** @throws UntraceableError for everything that is computed or fed */
  read(dataId: DataId): tfc.BackendValues {
    const entry = this.#entries.get(dataId);
    invariant(entry, 'a tensor that is read lives');
    const host = this.#recorder.known(this.#entryValue(entry));
    if (host && !(host instanceof BigInt64Array)) return host;
    const { dtype, shape } = entry.type;
    throw new UntraceableError(
      `The computation looks at values in mid-step (of a tensor ${dtype} [${shape.join(', ')}]), so what it does may depend on them.`,
    );
  }

  references(dataId: DataId): number {
    return this.#entries.get(dataId)?.references ?? 0;
  }

  retain(dataId: DataId): void {
    const entry = this.#entries.get(dataId);
    invariant(entry, 'a tensor that is referred to lives');
    entry.references += 1;
  }

  /** Whether nothing is left of it. */
  release(dataId: DataId): boolean {
    const entry = this.#entries.get(dataId);
    if (!entry) return true;
    entry.references -= 1;
    if (entry.references > 0) return false;
    this.#entries.delete(dataId);
    return true;
  }

  /** All that nobody disposed, once for each reference. */
  leftovers(): readonly tfc.Tensor[] {
    return [...this.#entries].flatMap(([dataId, { type, references }]) =>
      Array.from(
        { length: references },
        () => new this.#tf.Tensor([...type.shape], type.dtype, dataId, -1),
      ),
    );
  }

  #add(entry: Omit<Entry, 'references'>): tfc.TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { ...entry, references: 1 });
    return { dataId, shape: [...entry.type.shape], dtype: entry.type.dtype };
  }

  #entryValue(entry: Entry): Value {
    entry.value ??= entry.origin && this.#foreignValue(entry.origin);
    invariant(entry.value, 'a tensor of the trace has a value or stands for one that has');
    return entry.value;
  }

  #foreignValue({ dataId, ...type }: tfc.TensorInfo): Value {
    const shapes = this.#foreign.get(dataId) ?? new Map<string, Value>();
    this.#foreign.set(dataId, shapes);
    const known = shapes.get(String(type.shape));
    if (known) return known;
    const value = this.#constant(this.#tf.engine().readSync(dataId), type);
    this.#held.set(dataId, { dataId, ...type });
    shapes.set(String(type.shape), value);
    return value;
  }

  #constant(values: tfc.BackendValues, { shape, dtype }: TensorType): Value {
    const kind = graphDataType(dtype);
    return this.#recorder.constant(hostValues(values, kind), { shape: [...shape], dtype: kind });
  }
}

/** A copy, as constants are kept by value. */
function hostValues(values: tfc.BackendValues, kind: 'bool' | 'float32' | 'int32'): HostValues {
  // Strings are the one kind of values that are not numbers, and `graphDataType` refuses them.
  const numbers = values as Float32Array;
  if (kind === 'float32') return Float32Array.from(numbers);
  if (kind === 'int32') return Int32Array.from(numbers);
  return Uint8Array.from(numbers, (value) => (value ? 1 : 0));
}

function graphDataType(dtype: tfc.DataType): 'bool' | 'float32' | 'int32' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new UntraceableError(
    `The computation has a tensor of kind ${dtype}; only float32, int32 and bool can be compiled.`,
  );
}
