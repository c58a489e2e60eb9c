/** Kinds of values in a graph; `int64` occurs only where ONNX wants it, for shapes and indices. */
export type DataType = 'bool' | 'float32' | 'int32' | 'int64';

/** Values of a tensor on the host. */
export type HostValues = BigInt64Array | Float32Array | Int32Array | Uint8Array;

/** A tensor of a traced computation: its shape is known, its values are not. */
export interface Value {
  /** Unique within its graph; also its name in the ONNX file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string };
export type Attributes = Readonly<Record<string, Attribute>>;

/** One ONNX operator applied to values. An absent optional input is undefined. */
export interface Node {
  readonly operator: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A computation as a list of nodes in an order in which they can run. */
export interface Graph {
  readonly inputs: readonly Value[];
  /** Values on the host that are part of the computation, by the name of their value. */
  readonly constants: ReadonlyMap<string, { readonly value: Value; readonly host: HostValues }>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

/** Shape and kind of a value that a node is going to give. */
export interface ValueType {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** What a kernel is written with while a computation is traced. */
export interface GraphBuilder {
  /** Appends a node with one output. */
  op(
    operator: string,
    inputs: readonly (Value | undefined)[],
    output: ValueType,
    attributes?: Attributes,
  ): Value;
  /** Appends a node with several outputs. */
  ops(
    operator: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly ValueType[],
    attributes?: Attributes,
  ): readonly Value[];
  /** A value that is known on the host. */
  constant(host: HostValues, type: ValueType): Value;
  /** The host's values of a constant; undefined for everything that is computed or fed. */
  known(value: Value): HostValues | undefined;
}

export const float = (value: number): Attribute => ({ type: 'float', value });
export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const text = (value: string): Attribute => ({ type: 'string', value });
