import { type GraphBuilder, int, text, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { numberAttribute, numbersAttribute, pairsAttribute, textAttribute } from './attributes.ts';
import { int64s, reshape, sameShape, scalar } from './values.ts';

/** What is taken along one dimension: `size` entries from `begin`, `stride` apart. */
export interface Range {
  readonly begin: number;
  readonly size: number;
  readonly stride: number;
}

/** A part of a value; one range per dimension, each inside it. */
export function slice(builder: GraphBuilder, x: Value, ranges: readonly Range[]): Value {
  const shape = ranges.map((range) => range.size);
  const taken = ranges.flatMap(({ begin, size, stride }, axis) =>
    begin === 0 && stride === 1 && size === x.shape[axis]
      ? []
      : [{ begin, end: endOf(begin, size, stride), axis, stride }],
  );
  if (taken.length === 0) return x;
  const operands = [
    taken.map((range) => range.begin),
    taken.map((range) => range.end),
    taken.map((range) => range.axis),
    taken.map((range) => range.stride),
  ];
  return builder.op('Slice', [x, ...operands.map((operand) => int64s(builder, operand))], {
    shape,
    dtype: x.dtype,
  });
}

/** Where a range ends; one that runs down past 0 ends before everything. */
function endOf(begin: number, size: number, stride: number): number {
  const end = begin + size * stride;
  return stride < 0 && end < 0 ? Number.MIN_SAFE_INTEGER : end;
}

const sliceKernel: KernelEmitter = {
  kernel: 'Slice',
  emit(builder, call) {
    const x = input(call, 'x');
    const begin = numbersAttribute(call, 'begin');
    const size = call.attributes.size === undefined ? [] : numbersAttribute(call, 'size');
    const ranges = x.shape.map((extent, axis) => {
      const from = begin[axis] ?? 0;
      const asked = size[axis] ?? -1;
      return { begin: from, size: asked < 0 ? extent - from : asked, stride: 1 };
    });
    return slice(builder, x, ranges);
  },
};

/** One entry of a strided slice: of the dimensions it stands for, or of none. */
type Entry = RangeEntry | { readonly kind: 'ellipsis' | 'newAxis' };

interface RangeEntry {
  readonly kind: 'range' | 'single';
  /** Its place among the entries. */
  readonly index: number;
}

/** The entries of a strided slice by its masks; an ellipsis at the end is there unsaid. */
function entriesOf(call: KernelCall): readonly Entry[] {
  const mask = (name: string, bit: number) => ((numberAttribute(call, name, 0) >> bit) & 1) === 1;
  const entries = numbersAttribute(call, 'begin').map((_, index): Entry => {
    if (mask('ellipsisMask', index)) return { kind: 'ellipsis' };
    if (mask('newAxisMask', index)) return { kind: 'newAxis' };
    return { kind: mask('shrinkAxisMask', index) ? 'single' : 'range', index };
  });
  return entries.some(({ kind }) => kind === 'ellipsis')
    ? entries
    : [...entries, { kind: 'ellipsis' }];
}

/** The range of one entry in a dimension, by the rules of Python's slices. */
function stridedRange(call: KernelCall, entry: RangeEntry, extent: number): Range {
  const { kind, index } = entry;
  const bound = (name: string, maskName: string): number | undefined =>
    ((numberAttribute(call, maskName, 0) >> index) & 1) === 1
      ? undefined
      : numbersAttribute(call, name)[index];
  const stride = kind === 'single' ? 1 : (numbersAttribute(call, 'strides')[index] ?? 1);
  const [lowest, highest] = stride > 0 ? [0, extent] : [-1, extent - 1];
  const place = (position: number | undefined, fallback: number): number => {
    if (position === undefined) return fallback;
    const positive = position < 0 ? position + extent : position;
    return Math.min(Math.max(positive, lowest), highest);
  };
  const begin = place(bound('begin', 'beginMask'), stride > 0 ? 0 : extent - 1);
  if (kind === 'single') return { begin, size: 1, stride };
  const end = place(bound('end', 'endMask'), stride > 0 ? extent : -1);
  return { begin, size: Math.max(Math.ceil((end - begin) / stride), 0), stride };
}

const stridedSlice: KernelEmitter = {
  kernel: 'StridedSlice',
  emit(builder, call) {
    const x = input(call, 'x');
    const entries = entriesOf(call);
    const said = entries.filter(({ kind }) => kind === 'range' || kind === 'single').length;
    const ranges: Range[] = [];
    const shape: number[] = [];
    for (const entry of entries) {
      if ('index' in entry) {
        const range = stridedRange(call, entry, x.shape[ranges.length] ?? 1);
        ranges.push(range);
        if (entry.kind === 'range') shape.push(range.size);
      } else if (entry.kind === 'newAxis') shape.push(1);
      else {
        const whole = x.shape.slice(ranges.length, ranges.length + x.shape.length - said);
        ranges.push(...whole.map((size) => ({ begin: 0, size, stride: 1 })));
        shape.push(...whole);
      }
    }
    return reshape(builder, slice(builder, x, ranges), shape);
  },
};

/** What is padded before each dimension, then after each: as ONNX wants it. */
function padded(x: Value, pads: readonly (readonly number[])[]) {
  const before = x.shape.map((_, axis) => pads[axis]?.[0] ?? 0);
  const after = x.shape.map((_, axis) => pads[axis]?.[1] ?? 0);
  const shape = x.shape.map((extent, axis) => extent + (before[axis] ?? 0) + (after[axis] ?? 0));
  return { amounts: [...before, ...after], shape };
}

/** The value with one number around it. */
export function pad(
  builder: GraphBuilder,
  x: Value,
  pads: readonly (readonly number[])[],
  value: number,
): Value {
  const { amounts, shape } = padded(x, pads);
  if (sameShape(shape, x.shape)) return x;
  return builder.op('Pad', [x, int64s(builder, amounts), scalar(builder, value, x.dtype)], {
    shape,
    dtype: x.dtype,
  });
}

/** "reflect" does not repeat the border, "symmetric" does, which ONNX only gathers. */
const mirrorPad: KernelEmitter = {
  kernel: 'MirrorPad',
  emit(builder, call) {
    const x = input(call, 'x');
    const pads = pairsAttribute(call, 'paddings');
    const { amounts, shape } = padded(x, pads);
    if (sameShape(shape, x.shape)) return x;
    if (textAttribute(call, 'mode') === 'reflect') {
      const type = { shape, dtype: x.dtype };
      return builder.op('Pad', [x, int64s(builder, amounts)], type, { mode: text('reflect') });
    }
    return pads.reduce((value, [before = 0, after = 0], axis) => {
      const extent = x.shape[axis] ?? 1;
      if (before + after === 0) return value;
      const places = [...Array(before + extent + after).keys()].map((place) =>
        mirrored(place - before, extent),
      );
      return builder.op(
        'Gather',
        [value, int64s(builder, places)],
        { shape: value.shape.with(axis, places.length), dtype: x.dtype },
        { axis: int(axis) },
      );
    }, x);
  },
};

function mirrored(place: number, extent: number): number {
  const inside = place < 0 ? -place - 1 : place;
  const result = inside < extent ? inside : 2 * extent - inside - 1;
  if (result >= 0) return result;
  throw new UntraceableError('MirrorPad was called with more padding than there is to mirror.');
}

/** Kernels that take a part of a tensor, or put something around it. */
export const slicingKernels: readonly KernelEmitter[] = [
  mirrorPad,
  {
    kernel: 'PadV2',
    emit: (builder, call) =>
      pad(
        builder,
        input(call, 'x'),
        pairsAttribute(call, 'paddings'),
        numberAttribute(call, 'constantValue', 0),
      ),
  },
  sliceKernel,
  stridedSlice,
];
