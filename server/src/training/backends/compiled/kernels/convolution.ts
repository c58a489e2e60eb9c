import { type Attributes, type GraphBuilder, int, ints, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { applyActivation } from './activation.ts';
import { channelsFirst, channelsLast, extentOf } from './arrangement.ts';
import { numberAttribute, numbersAttribute, textAttribute } from './attributes.ts';
import { correlateWindows } from './correlateWindows.ts';
import { slice } from './slicing.ts';
import { reshape, sizeOf, transpose } from './values.ts';
import { pads, type WindowGeometry, windowGeometry } from './windowGeometry.ts';

/**
 * What differs between a dense convolution, filter [height, width, in, out], and a depthwise one,
 * filter [height, width, in, multiplier], whose channel c·multiplier + m sees input channel c only.
 */
interface Kind {
  groups(filter: readonly number[]): number;
  outputs(filter: readonly number[]): number;
}

const dense: Kind = { groups: () => 1, outputs: (filter) => extentOf(filter, 3) };
const depthwise: Kind = {
  groups: (filter) => extentOf(filter, 2),
  outputs: (filter) => extentOf(filter, 2) * extentOf(filter, 3),
};

/** Convolutions of TensorFlow.js, images [batch, height, width, channels], and their gradients. */
export const convolutionKernels: readonly KernelEmitter[] = [
  { kernel: 'Conv2D', emit: (builder, call) => convolve(builder, call, dense) },
  {
    kernel: 'Conv2DBackpropFilter',
    emit: (builder, call) => filterGradient(builder, call, dense),
  },
  { kernel: 'Conv2DBackpropInput', emit: (builder, call) => inputGradient(builder, call, dense) },
  {
    kernel: 'DepthwiseConv2dNative',
    emit: (builder, call) => convolve(builder, call, depthwise),
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropFilter',
    emit: (builder, call) => filterGradient(builder, call, depthwise),
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropInput',
    emit: (builder, call) => inputGradient(builder, call, depthwise),
  },
  { kernel: 'FusedConv2D', emit: (builder, call) => convolveFused(builder, call, dense) },
  {
    kernel: 'FusedDepthwiseConv2D',
    emit: (builder, call) => convolveFused(builder, call, depthwise),
  },
];

function convolve(builder: GraphBuilder, call: KernelCall, kind: Kind, bias?: Value): Value {
  const x = input(call, 'x');
  const filter = input(call, 'filter');
  const geometry = windowGeometry(call, x.shape, filter.shape);
  const channels = kind.outputs(filter.shape);
  const result = builder.op(
    'Conv',
    [channelsFirst(builder, x), filterOutputsFirst(builder, filter, kind), bias],
    {
      shape: [extentOf(x.shape, 0), channels, geometry.height.output, geometry.width.output],
      dtype: 'float32',
    },
    attributes(geometry, { pads: ints(pads(geometry)), group: int(kind.groups(filter.shape)) }),
  );
  return channelsLast(builder, result);
}

function convolveFused(builder: GraphBuilder, call: KernelCall, kind: Kind): Value {
  const { bias } = call.inputs;
  const channels = kind.outputs(input(call, 'filter').shape);
  if (bias && sizeOf(bias.shape) !== channels) {
    throw new UntraceableError('A convolution was called with a bias that is not one per channel.');
  }
  const result = convolve(builder, call, kind, bias && reshape(builder, bias, [channels]));
  return applyActivation(builder, result, textAttribute(call, 'activation') ?? 'linear', {
    preluWeights: call.inputs.preluActivationWeights,
    leakyReluAlpha: numberAttribute(call, 'leakyreluAlpha', 0.2),
  });
}

/** Filter as ONNX wants it: [out, in of the group, height, width]. */
function filterOutputsFirst(builder: GraphBuilder, filter: Value, kind: Kind): Value {
  if (kind === dense) return transpose(builder, filter, [3, 2, 0, 1]);
  const [height, width] = filter.shape;
  const turned = transpose(builder, filter, [2, 3, 0, 1]);
  return reshape(builder, turned, [kind.outputs(filter.shape), 1, height ?? 1, width ?? 1]);
}

function attributes(geometry: WindowGeometry, others: Attributes): Attributes {
  const { height, width } = geometry;
  return {
    kernel_shape: ints([height.size, width.size]),
    strides: ints([height.stride, width.stride]),
    dilations: ints([height.dilation, width.dilation]),
    ...others,
  };
}

/**
 * Gradient of the input. With stride 1 it is itself a convolution, with the filter turned around
 * and its channels swapped, which ONNX Runtime does faster than a transposed one.
 */
function inputGradient(builder: GraphBuilder, call: KernelCall, kind: Kind): Value {
  const dy = input(call, 'dy');
  const filter = input(call, 'filter');
  const shape = numbersAttribute(call, 'inputShape');
  const geometry = windowGeometry(call, shape, filter.shape);
  refuseDilation(geometry);
  const [batch, height, width, channels] = shape;
  const image = {
    shape: [batch ?? 1, channels ?? 1, height ?? 1, width ?? 1],
    dtype: 'float32',
  } as const;
  const axes = [geometry.height, geometry.width];
  const before = axes.map((axis) => axis.size - 1 - axis.before);
  const behind = axes.map((axis) => axis.size - 1 - axis.behind);
  const plain = axes.every((axis) => axis.stride === 1);
  if (kind === dense && plain && [...before, ...behind].every((count) => count >= 0)) {
    const turned = turnAround(builder, transpose(builder, filter, [2, 3, 0, 1]));
    const options = attributes(geometry, { pads: ints([...before, ...behind]) });
    return channelsLast(
      builder,
      builder.op('Conv', [channelsFirst(builder, dy), turned], image, options),
    );
  }
  const options = attributes(geometry, {
    pads: ints(pads(geometry)),
    output_padding: ints(axes.map((axis) => Math.max(0, -axis.behind))),
    group: int(kind.groups(filter.shape)),
  });
  // A transposed convolution takes the filter with the channels of dy first, like the forward one.
  const operands = [channelsFirst(builder, dy), filterOutputsFirst(builder, filter, kind)];
  return channelsLast(builder, builder.op('ConvTranspose', operands, image, options));
}

/** A filter [in, out, height, width] with its rows and columns backwards. */
function turnAround(builder: GraphBuilder, filter: Value): Value {
  const ranges = filter.shape.map((size, axis) =>
    axis < 2 || size === 1 ? { begin: 0, size, stride: 1 } : { begin: size - 1, size, stride: -1 },
  );
  return slice(builder, filter, ranges);
}

function filterGradient(builder: GraphBuilder, call: KernelCall, kind: Kind): Value {
  const x = input(call, 'x');
  const dy = input(call, 'dy');
  const shape = numbersAttribute(call, 'filterShape');
  const geometry = windowGeometry(call, x.shape, shape);
  refuseDilation(geometry);
  const gradient = correlateWindows(
    builder,
    channelsFirst(builder, x),
    channelsFirst(builder, dy),
    { geometry, groups: kind.groups(shape) },
  );
  return reshape(builder, gradient, shape);
}

/** TensorFlow.js has no gradient of a dilated convolution either. */
function refuseDilation({ height, width }: WindowGeometry): void {
  if (height.dilation === 1 && width.dilation === 1) return;
  throw new UntraceableError('There is no gradient of a dilated convolution.');
}
