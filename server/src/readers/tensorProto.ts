import { ProtoWalker, wireType } from './protoWire.ts';

// tensorflow/core/framework/tensor.proto
const tensorField = { type: 1, shape: 2, content: 4 } as const;

/** How the numbers of one `DataType` are kept. */
interface NumberLayout {
  /** Bytes of one number in `tensor_content`. */
  readonly width: number;
  readonly fromContent: (view: DataView, at: number) => number;
  /** Field number of the typed list that is used where `tensor_content` is empty. */
  readonly list: number;
  /** The first number of the list from the field that the walker stands on. */
  readonly fromList: (walker: ProtoWalker) => number | undefined;
}

/**
 * The number in the `TensorProto` from `start` up to `end` that holds exactly one; undefined for
 * text, for more or fewer numbers, and for bytes that are not a tensor.
 */
export function decodeScalarTensor(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): number | undefined {
  const draft: TensorDraft = {
    layout: undefined,
    isSingle: true,
    contentStart: 0,
    contentEnd: 0,
  };
  const walker = new ProtoWalker(bytes, start, end);
  while (walker.next()) takeField(walker, draft);
  const { layout, contentStart, contentEnd } = draft;
  if (walker.failed || !draft.isSingle || !layout) return undefined;
  if (contentEnd === contentStart) return firstOfList(bytes, start, end, layout);
  const isWhole = contentEnd - contentStart === layout.width;
  return isWhole ? layout.fromContent(walker.view, contentStart) : undefined;
}

interface TensorDraft {
  layout: NumberLayout | undefined;
  isSingle: boolean;
  contentStart: number;
  contentEnd: number;
}

function takeField(walker: ProtoWalker, draft: TensorDraft): void {
  if (walker.field === tensorField.type) draft.layout = layouts.get(walker.integer);
  else if (walker.field === tensorField.shape) draft.isSingle = isEmpty(walker) || holdsOne(walker);
  else if (walker.field === tensorField.content) {
    draft.contentStart = walker.start;
    draft.contentEnd = walker.end;
  }
}

/** The shape of nearly every scalar, which needs no walk. */
function isEmpty(shape: ProtoWalker): boolean {
  return shape.start === shape.end;
}

/** An empty list stands for 0, as protobuf leaves out default values. */
function firstOfList(bytes: Uint8Array, start: number, end: number, layout: NumberLayout): number {
  const walker = new ProtoWalker(bytes, start, end);
  while (walker.next()) if (walker.field === layout.list) return layout.fromList(walker) ?? 0;
  return 0;
}

/** True for the shapes [], [1], [1, 1] and so on. */
function holdsOne(shape: ProtoWalker): boolean {
  const walker = new ProtoWalker(shape.contents);
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
  if (walker.end - walker.start < 4) return undefined;
  return walker.view.getFloat32(walker.start, true);
}

function firstDouble(walker: ProtoWalker): number | undefined {
  if (walker.wire === wireType.fixed64) return walker.float64;
  if (walker.end - walker.start < 8) return undefined;
  return walker.view.getFloat64(walker.start, true);
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
  [1, { width: 4, list: 5, fromContent: (v, at) => v.getFloat32(at, true), fromList: firstFloat }],
  [2, { width: 8, list: 6, fromContent: (v, at) => v.getFloat64(at, true), fromList: firstDouble }],
  [3, integerLayout(4, 7, (v, at) => v.getInt32(at, true))],
  [4, integerLayout(1, 7, (v, at) => v.getUint8(at))],
  [5, integerLayout(2, 7, (v, at) => v.getInt16(at, true))],
  [6, integerLayout(1, 7, (v, at) => v.getInt8(at))],
  [9, integerLayout(8, 10, (v, at) => Number(v.getBigInt64(at, true)))],
  [10, integerLayout(1, 11, (v, at) => v.getUint8(at))],
  [
    14,
    {
      width: 2,
      list: 13,
      fromContent: (v, at) => brainToNumber(v.getUint16(at, true)),
      fromList: fromInteger(brainToNumber),
    },
  ],
  [17, integerLayout(2, 7, (v, at) => v.getUint16(at, true))],
  [
    19,
    {
      width: 2,
      list: 13,
      fromContent: (v, at) => halfToNumber(v.getUint16(at, true)),
      fromList: fromInteger(halfToNumber),
    },
  ],
  [22, integerLayout(4, 16, (v, at) => v.getUint32(at, true))],
  [23, integerLayout(8, 17, (v, at) => Number(v.getBigUint64(at, true)))],
]);
