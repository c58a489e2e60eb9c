import { ProtoWalker, wireType } from './protoWire.ts';

// tensorflow/core/framework/tensor.proto
const tensorField = { type: 1, shape: 2, content: 4 } as const;

/** How the numbers of one `DataType` are kept. */
interface NumberLayout {
  /** Bytes of one number in `tensor_content`. */
  readonly width: number;
  readonly fromContent: (view: DataView) => number;
  /** Field number of the typed list that is used where `tensor_content` is empty. */
  readonly list: number;
  /** The first number of the list from the field that the walker stands on. */
  readonly fromList: (walker: ProtoWalker) => number | undefined;
}

/**
 * The number in a `TensorProto` that holds exactly one; undefined for text, for more or fewer
 * numbers, and for bytes that are not a tensor.
 */
export function decodeScalarTensor(bytes: Uint8Array): number | undefined {
  let layout: NumberLayout | undefined;
  let single = true;
  let content: Uint8Array | undefined;
  const walker = new ProtoWalker(bytes);
  while (walker.next()) {
    if (walker.field === tensorField.type) layout = layouts.get(walker.integer);
    else if (walker.field === tensorField.shape) single = holdsOne(walker.contents);
    else if (walker.field === tensorField.content) content = walker.contents;
  }
  if (walker.failed || !single || !layout) return undefined;
  return content?.length ? fromContent(content, layout) : firstOfList(bytes, layout);
}

function fromContent(
  content: Uint8Array,
  { width, fromContent }: NumberLayout,
): number | undefined {
  if (content.length !== width) return undefined;
  return fromContent(new DataView(content.buffer, content.byteOffset, width));
}

/** An empty list stands for 0, as protobuf leaves out default values. */
function firstOfList(bytes: Uint8Array, layout: NumberLayout): number {
  const walker = new ProtoWalker(bytes);
  while (walker.next()) if (walker.field === layout.list) return layout.fromList(walker) ?? 0;
  return 0;
}

/** True for the shapes [], [1], [1, 1] and so on. */
function holdsOne(shape: Uint8Array): boolean {
  const walker = new ProtoWalker(shape);
  while (walker.next()) {
    if (walker.field !== 2) continue;
    const dimension = new ProtoWalker(walker.contents);
    let size = 0;
    while (dimension.next()) if (dimension.field === 1) size = dimension.integer;
    if (size !== 1) return false;
  }
  return !walker.failed;
}

function firstInteger(walker: ProtoWalker): number | undefined {
  return walker.integers()[0];
}

function firstFloat(walker: ProtoWalker): number | undefined {
  if (walker.wire === wireType.fixed32) return walker.float32;
  const { contents } = walker;
  if (contents.length < 4) return undefined;
  return new DataView(contents.buffer, contents.byteOffset, 4).getFloat32(0, true);
}

function firstDouble(walker: ProtoWalker): number | undefined {
  if (walker.wire === wireType.fixed64) return walker.float64;
  const { contents } = walker;
  if (contents.length < 8) return undefined;
  return new DataView(contents.buffer, contents.byteOffset, 8).getFloat64(0, true);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function brainToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

function fromInteger(convert: (bits: number) => number): NumberLayout['fromList'] {
  return (walker) => {
    const bits = firstInteger(walker);
    return bits === undefined ? undefined : convert(bits);
  };
}

function integerLayout(
  width: number,
  list: number,
  fromContent: NumberLayout['fromContent'],
): NumberLayout {
  return { width, list, fromContent, fromList: firstInteger };
}

/** By `DataType` (tensorflow/core/framework/types.proto). */
const layouts: ReadonlyMap<number, NumberLayout> = new Map([
  [1, { width: 4, list: 5, fromContent: (v) => v.getFloat32(0, true), fromList: firstFloat }],
  [2, { width: 8, list: 6, fromContent: (v) => v.getFloat64(0, true), fromList: firstDouble }],
  [3, integerLayout(4, 7, (v) => v.getInt32(0, true))],
  [4, integerLayout(1, 7, (v) => v.getUint8(0))],
  [5, integerLayout(2, 7, (v) => v.getInt16(0, true))],
  [6, integerLayout(1, 7, (v) => v.getInt8(0))],
  [9, integerLayout(8, 10, (v) => Number(v.getBigInt64(0, true)))],
  [10, integerLayout(1, 11, (v) => v.getUint8(0))],
  [
    14,
    {
      width: 2,
      list: 13,
      fromContent: (v) => brainToNumber(v.getUint16(0, true)),
      fromList: fromInteger(brainToNumber),
    },
  ],
  [17, integerLayout(2, 7, (v) => v.getUint16(0, true))],
  [
    19,
    {
      width: 2,
      list: 13,
      fromContent: (v) => halfToNumber(v.getUint16(0, true)),
      fromList: fromInteger(halfToNumber),
    },
  ],
  [22, integerLayout(4, 16, (v) => v.getUint32(0, true))],
  [23, integerLayout(8, 17, (v) => Number(v.getBigUint64(0, true)))],
]);
