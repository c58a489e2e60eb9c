import { type GraphBuilder, int, ints, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { channelsFirst, channelsLast, extentOf, padImages } from './arrangement.ts';
import { numbersAttribute } from './attributes.ts';
import { pad } from './slicing.ts';
import { filled, int64s, reshape, sizeOf } from './values.ts';
import { type Axis, pads, type WindowGeometry, windowGeometry } from './windowGeometry.ts';

/** Pools over images [batch, height, width, channels], and their gradients. */
export const poolingKernels: readonly KernelEmitter[] = [
  {
    kernel: 'AvgPool',
    emit(builder, call) {
      const x = input(call, 'x');
      // A mean is over the elements of the image alone, as ONNX has it unless told otherwise.
      return channelsLast(builder, pool(builder, 'AveragePool', x, poolGeometry(call, x)));
    },
  },
  { kernel: 'AvgPoolGrad', emit: averageGradient },
  {
    kernel: 'MaxPool',
    emit(builder, call) {
      const x = input(call, 'x');
      return channelsLast(builder, pool(builder, 'MaxPool', x, poolGeometry(call, x)));
    },
  },
  { kernel: 'MaxPoolGrad', emit: maximumGradient },
];

function poolGeometry(call: KernelCall, image: Value): WindowGeometry {
  const [height = 1, width = height] = numbersAttribute(call, 'filterSize');
  const geometry = windowGeometry(call, image.shape, [height, width]);
  const reaches = (axis: Axis): boolean => Math.max(axis.before, axis.behind) >= axis.size;
  if (reaches(geometry.height) || reaches(geometry.width)) {
    throw new UntraceableError('A pool was called with a window that lies in the padding alone.');
  }
  return geometry;
}

const windowAttributes = (geometry: WindowGeometry) => ({
  kernel_shape: ints([geometry.height.size, geometry.width.size]),
  strides: ints([geometry.height.stride, geometry.width.stride]),
  pads: ints(pads(geometry)),
});

const pooledShape = (x: Value, { height, width }: WindowGeometry): readonly number[] => [
  extentOf(x.shape, 0),
  extentOf(x.shape, 3),
  height.output,
  width.output,
];

function pool(builder: GraphBuilder, operator: string, x: Value, geometry: WindowGeometry): Value {
  const type = { shape: pooledShape(x, geometry), dtype: x.dtype };
  return builder.op(operator, [channelsFirst(builder, x)], type, windowAttributes(geometry));
}

/**
 * Each dy goes to the place of its window's maximum, to the first one where several are equal. ONNX
 * gives the places as indices into the whole tensor; −1 stands where nothing in the window is a
 * number.
 */
function maximumGradient(builder: GraphBuilder, call: KernelCall): Value {
  const dy = input(call, 'dy');
  const x = input(call, 'input');
  const geometry = poolGeometry(call, x);
  const images = channelsFirst(builder, x);
  const shape = pooledShape(x, geometry);
  const [, indices] = builder.ops(
    'MaxPool',
    [images],
    [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int64' },
    ],
    windowAttributes(geometry),
  );
  if (!indices) throw new UntraceableError('A pool has no indices.');
  const places = builder.op('Max', [indices, int64s(builder, [0])], { shape, dtype: 'int64' });
  const count = [sizeOf(shape)];
  const scattered = builder.op(
    'ScatterElements',
    [
      filled(builder, 0, { shape: [sizeOf(x.shape)], dtype: 'float32' }),
      reshape(builder, places, count),
      reshape(builder, channelsFirst(builder, dy), count),
    ],
    { shape: [sizeOf(x.shape)], dtype: 'float32' },
    { axis: int(0), reduction: { type: 'string', value: 'add' } },
  );
  return channelsLast(builder, reshape(builder, scattered, images.shape));
}

/**
 * Spreads each dy evenly over its window: with zeros between the dy where the stride is above 1, it
 * is itself a mean over windows. As TensorFlow.js has it, a window at the border counts its
 * elements in the padding too, though the forward pass does not.
 */
function averageGradient(builder: GraphBuilder, call: KernelCall): Value {
  const x = input(call, 'input');
  const { height, width } = poolGeometry(call, x);
  const dy = spreadOut(builder, channelsFirst(builder, input(call, 'dy')), { height, width });
  const margin = (axis: Axis): readonly [number, number] => [
    axis.size - 1 - axis.before,
    // The last dy has stride − 1 zeros behind it already.
    axis.size - axis.stride - axis.behind,
  ];
  const padded = padImages(builder, dy, margin(height), margin(width));
  const images = channelsFirst(builder, x);
  const averaged = builder.op(
    'AveragePool',
    [padded],
    { shape: images.shape, dtype: 'float32' },
    { kernel_shape: ints([height.size, width.size]) },
  );
  return channelsLast(builder, averaged);
}

/** Images with stride − 1 zeros behind each element. */
function spreadOut(builder: GraphBuilder, dy: Value, { height, width }: WindowGeometry): Value {
  if (height.stride === 1 && width.stride === 1) return dy;
  const [batch, channels] = [extentOf(dy.shape, 0), extentOf(dy.shape, 1)];
  const single = reshape(builder, dy, [batch * channels, height.output, 1, width.output, 1]);
  const behind = [0, 0, height.stride - 1, 0, width.stride - 1];
  const apart = pad(
    builder,
    single,
    behind.map((count) => [0, count]),
    0,
  );
  const [rows, columns] = [height.output * height.stride, width.output * width.stride];
  return reshape(builder, apart, [batch, channels, rows, columns]);
}
