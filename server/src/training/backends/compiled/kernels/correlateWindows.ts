import { type GraphBuilder, int, type Value } from '../graph.ts';
import { concatenate, extentOf, padImages, sliceAlong } from './arrangement.ts';
import { int64s, reshape, sizeOf, transpose } from './values.ts';
import type { WindowGeometry } from './windowGeometry.ts';

interface Correlation {
  readonly geometry: WindowGeometry;
  /** Channels of x in as many groups, each seen by its share of the channels of dy alone. */
  readonly groups: number;
}

/**
 * Gradient of a convolution's filter: the sums over images and positions (h, w) of
 * x[h·stride + i, w·stride + j] · dy[h, w] for each element (i, j) of the window and each pair of
 * channels, as one matrix product per image and group. Images are [batch, channels, height, width];
 * the result is [height, width, groups, inputs of a group, outputs of a group] of the window.
 *
 * Copying x once per element of the window (im2col) costs as much as the product itself. Therefore
 * x is shifted along the width alone, and where the stride is 1, dy along the height: a 3×3 window
 * takes 3 + 3 copies instead of 9.
 */
export function correlateWindows(
  builder: GraphBuilder,
  x: Value,
  dy: Value,
  correlation: Correlation,
): Value {
  const { height, width } = correlation.geometry;
  const { groups } = correlation;
  const inputs = extentOf(x.shape, 1) / groups;
  const outputs = extentOf(dy.shape, 1) / groups;
  const parts =
    height.stride === 1
      ? shiftBoth(builder, x, dy, correlation)
      : shiftInput(builder, x, dy, correlation);
  const batch = extentOf(x.shape, 0);
  const matrices = (value: Value, rows: number): Value =>
    reshape(builder, value, [batch * groups, rows, sizeOf(value.shape) / (batch * groups * rows)]);
  const left = matrices(parts.x, parts.rowsOfX * width.size * inputs);
  const right = matrices(parts.dy, parts.rowsOfDy * outputs);
  const ofX = [parts.rowsOfX, width.size, inputs];
  const ofDy = [parts.rowsOfDy, outputs];
  // ONNX Runtime multiplies faster where the wider operand stands on the right.
  const xOnLeft = extentOf(left.shape, 1) <= extentOf(right.shape, 1);
  const sums = xOnLeft
    ? sumOfProducts(builder, left, right, [batch, groups, ...ofX, ...ofDy])
    : sumOfProducts(builder, right, left, [batch, groups, ...ofDy, ...ofX]);
  const ordered = transpose(builder, sums, xOnLeft ? [1, 4, 2, 0, 3, 5] : [3, 1, 4, 0, 5, 2]);
  return reshape(builder, ordered, [height.size, width.size, groups, inputs, outputs]);
}

/** Left · rightᵀ for each matrix, summed over the batch; `spread` is the shape before that sum. */
function sumOfProducts(
  builder: GraphBuilder,
  left: Value,
  right: Value,
  spread: readonly number[],
): Value {
  const [count = 1, rows = 1] = left.shape;
  const product = builder.op('MatMul', [left, transpose(builder, right, [0, 2, 1])], {
    shape: [count, rows, extentOf(right.shape, 1)],
    dtype: 'float32',
  });
  const [, ...rest] = spread;
  return builder.op(
    'ReduceSum',
    [reshape(builder, product, spread), int64s(builder, [0])],
    { shape: rest, dtype: 'float32' },
    { keepdims: int(0) },
  );
}

interface Shifted {
  readonly x: Value;
  readonly dy: Value;
  /** Shifts along the height that each of the two was copied for; one of them is 1. */
  readonly rowsOfX: number;
  readonly rowsOfDy: number;
}

/** Stride 1 along the height: x[h + i] · dy[h] is x[h] · dy[h − i] with zeros around dy. */
function shiftBoth(b: GraphBuilder, x: Value, dy: Value, correlation: Correlation): Shifted {
  const { height } = correlation.geometry;
  const shifts = Array.from({ length: height.size }, (_, shift) =>
    padImages(b, dy, [shift, height.size - 1 - shift], [0, 0]),
  );
  return {
    x: shiftAlongWidth(b, padImage(b, x, correlation.geometry), correlation),
    dy: stackByGroup(b, shifts, correlation.groups),
    rowsOfX: 1,
    rowsOfDy: height.size,
  };
}

function shiftInput(b: GraphBuilder, x: Value, dy: Value, correlation: Correlation): Shifted {
  const { height } = correlation.geometry;
  const padded = padImage(b, x, correlation.geometry);
  const rows = { size: height.output, stride: height.stride };
  const shifts = Array.from({ length: height.size }, (_, begin) =>
    shiftAlongWidth(b, sliceAlong(b, padded, 2, { ...rows, begin }), correlation),
  );
  const stacked = stackByGroup(b, shifts, correlation.groups);
  return { x: stacked, dy, rowsOfX: height.size, rowsOfDy: 1 };
}

function shiftAlongWidth(b: GraphBuilder, padded: Value, correlation: Correlation): Value {
  const { width } = correlation.geometry;
  const columns = { size: width.output, stride: width.stride };
  const shifts = Array.from({ length: width.size }, (_, begin) =>
    sliceAlong(b, padded, 3, { ...columns, begin }),
  );
  return stackByGroup(b, shifts, correlation.groups);
}

const padImage = (b: GraphBuilder, x: Value, { height, width }: WindowGeometry): Value =>
  padImages(b, x, [height.before, height.behind], [width.before, width.behind]);

/** Copies of an image one behind the other, within each group of channels. */
function stackByGroup(b: GraphBuilder, copies: readonly Value[], groups: number): Value {
  if (groups === 1) return concatenate(b, copies, 1);
  const split = copies.map((copy) => {
    const [batch, channels, height, width] = copy.shape;
    const rows = ((channels ?? 1) / groups) * (height ?? 1);
    return reshape(b, copy, [batch ?? 1, groups, rows, width ?? 1]);
  });
  return concatenate(b, split, 2);
}
