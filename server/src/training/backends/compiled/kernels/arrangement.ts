import { invariant } from '../../../../base/invariant.ts';
import { type GraphBuilder, int, type Value } from '../graph.ts';
import { pad, type Range, slice } from './slicing.ts';
import { transpose } from './values.ts';

/** Extent of an axis; 1 where the shape has no such axis, as in broadcasting. */
export const extentOf = (shape: readonly number[], axis: number): number => shape[axis] ?? 1;

/** Images of TensorFlow.js [batch, height, width, channels] as ONNX wants them. */
export const channelsFirst = (builder: GraphBuilder, x: Value): Value =>
  transpose(builder, x, [0, 3, 1, 2]);

/** Images of ONNX [batch, channels, height, width] as TensorFlow.js wants them. */
export const channelsLast = (builder: GraphBuilder, x: Value): Value =>
  transpose(builder, x, [0, 2, 3, 1]);

/** Tensors one behind the other along an axis; a single one as it is. */
export function concatenate(builder: GraphBuilder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  invariant(first, 'something is concatenated');
  if (parts.length === 1) return first;
  const total = parts.reduce((sum, part) => sum + extentOf(part.shape, axis), 0);
  const shape = first.shape.map((extent, index) => (index === axis ? total : extent));
  return builder.op('Concat', parts, { shape, dtype: first.dtype }, { axis: int(axis) });
}

/** A part of a tensor along one axis. */
export function sliceAlong(builder: GraphBuilder, x: Value, axis: number, range: Range): Value {
  const whole = (size: number): Range => ({ begin: 0, size, stride: 1 });
  return slice(
    builder,
    x,
    x.shape.map((extent, index) => (index === axis ? range : whole(extent))),
  );
}

/**
 * Zeros before and behind the rows and columns of images [batch, channels, height, width]. A
 * negative number cuts off; ONNX's own form of that goes wrong where ONNX Runtime fuses it.
 */
export function padImages(
  builder: GraphBuilder,
  x: Value,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Value {
  const kept = [rows, columns].reduce((image, [before, behind], index) => {
    const begin = Math.max(0, -before);
    const size = extentOf(image.shape, index + 2) - begin - Math.max(0, -behind);
    return sliceAlong(builder, image, index + 2, { begin, size, stride: 1 });
  }, x);
  const added = [rows, columns].map((sides) => sides.map((count) => Math.max(0, count)));
  return pad(builder, kept, [[0, 0], [0, 0], ...added], 0);
}
