import type {
  backend_util,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { ComposedKernel, WasmKernels } from './wasmKernels.ts';

type Info = backend_util.Conv2DInfo;
type Shape = [number, number, number, number];

/**
 * Gradient of a convolution's input: a convolution, too, of dy with zeros around and between its
 * elements, and with the filter turned around. The shipped kernel is a plain loop.
 */
export const inputGradient: ComposedKernel<Conv2DBackpropInputAttrs> = {
  kernel: 'Conv2DBackpropInput',
  compute(kernels, { dy, filter }, { inputShape, strides, pad, dataFormat, dimRoundingMode }) {
    invariant(dy && filter, 'a gradient of an image has a filter');
    invariant(dataFormat === 'NHWC', 'images have their channels last');
    const info = kernels.tf.backend_util.computeConv2DInfo(
      inputShape,
      shapeOf(filter),
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const turned = kernels.transpose(turnedAround(kernels, filter), [0, 1, 3, 2]);
    const x = spreadOut(kernels, dy, info);
    return kernels.run('Conv2D', { x, filter: turned }, plainConvolution);
  },
};

/** The same of a depthwise convolution, one channel of dy at a time. */
export const depthwiseInputGradient: ComposedKernel<DepthwiseConv2dNativeBackpropInputAttrs> = {
  kernel: 'DepthwiseConv2dNativeBackpropInput',
  compute(kernels, { dy, filter }, { inputShape, strides, pad, dimRoundingMode }) {
    invariant(dy && filter, 'a gradient of an image has a filter');
    const [height, width, channels, multiplier] = shapeOf(filter);
    const info = kernels.tf.backend_util.computeConv2DInfo(
      inputShape,
      shapeOf(filter),
      strides,
      1,
      pad,
      dimRoundingMode,
      true,
    );
    const turned = turnedAround(kernels, filter);
    const each = kernels.reshape(turned, [height, width, channels * multiplier, 1]);
    const x = spreadOut(kernels, dy, info);
    const parts = kernels.run('DepthwiseConv2dNative', { x, filter: each }, plainConvolution);
    if (multiplier === 1) return parts;
    const split = kernels.reshape(parts, [
      info.batchSize * info.inHeight * info.inWidth * channels,
      multiplier,
    ]);
    const sums = kernels.run('Sum', { x: split }, { axis: [1], keepDims: false });
    return kernels.reshape(sums, inputShape);
  },
};

const plainConvolution = {
  strides: [1, 1],
  pad: 'valid',
  dataFormat: 'NHWC',
  dilations: [1, 1],
};

/** Gradient of a convolution's filter: one product with all windows of the image (im2col). */
export const filterGradient: ComposedKernel<Conv2DBackpropFilterAttrs> = {
  kernel: 'Conv2DBackpropFilter',
  compute(kernels, { x, dy }, { filterShape, strides, pad, dataFormat, dimRoundingMode }) {
    invariant(x && dy, 'a gradient of a filter has an image');
    invariant(dataFormat === 'NHWC', 'images have their channels last');
    const info = kernels.tf.backend_util.computeConv2DInfo(
      shapeOf(x),
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const [height, width, channels, outputs] = filterShape;
    const positions = info.batchSize * info.outHeight * info.outWidth;
    const shifted = kernels.concatenate(windows(kernels, x, info), 3);
    const columns = kernels.reshape(shifted, [1, positions, height * width * channels]);
    const product = kernels.run(
      'BatchMatMul',
      { a: kernels.reshape(dy, [1, positions, outputs]), b: columns },
      { transposeA: true, transposeB: false },
    );
    return kernels.reshape(kernels.transpose(product, [0, 2, 1]), filterShape);
  },
};

/** The same of a depthwise convolution: for each element of the window, a sum of products. */
export const depthwiseFilterGradient: ComposedKernel<DepthwiseConv2dNativeBackpropFilterAttrs> = {
  kernel: 'DepthwiseConv2dNativeBackpropFilter',
  compute(kernels, { x, dy }, { filterShape, strides, pad, dimRoundingMode }) {
    invariant(x && dy, 'a gradient of a filter has an image');
    const info = kernels.tf.backend_util.computeConv2DInfo(
      shapeOf(x),
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
      true,
    );
    const [, , channels, multiplier] = filterShape;
    const positions = info.batchSize * info.outHeight * info.outWidth;
    const split = kernels.reshape(dy, [positions, channels, multiplier]);
    const sums = windows(kernels, x, info).map((window) => {
      const b = kernels.reshape(window, [positions, channels, 1]);
      const products = kernels.run('Multiply', { a: split, b });
      return kernels.run('Sum', { x: products }, { axis: [0], keepDims: true });
    });
    return kernels.reshape(kernels.concatenate(sums, 0), filterShape);
  },
};

function shapeOf({ shape }: TensorInfo): Shape {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  return [batch, height, width, channels];
}

const turnedAround = (kernels: WasmKernels, filter: TensorInfo): TensorInfo =>
  kernels.run('Reverse', { x: filter }, { dims: [0, 1] });

/** For each element of the window, what it sees at all its positions: [batch, rows, columns, in]. */
function windows(kernels: WasmKernels, x: TensorInfo, info: Info): readonly TensorInfo[] {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const rows = (outHeight - 1) * strideHeight + 1;
  const columns = (outWidth - 1) * strideWidth + 1;
  const padded = fitted(kernels, x, {
    top: info.padInfo.top,
    left: info.padInfo.left,
    height: rows + info.filterHeight - 1,
    width: columns + info.filterWidth - 1,
  });
  const at = (row: number, column: number): TensorInfo => {
    const size = [batchSize, rows, columns, inChannels];
    const part = kernels.slice(padded, [0, row, column, 0], size);
    if (strideHeight === 1 && strideWidth === 1) return part;
    const attributes = {
      begin: [0, 0, 0, 0],
      end: [...size],
      strides: [1, strideHeight, strideWidth, 1],
      ...{ beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
    };
    return kernels.run('StridedSlice', { x: part }, attributes);
  };
  return Array.from({ length: info.filterHeight }, (_, row) =>
    Array.from({ length: info.filterWidth }, (__, column) => at(row, column)),
  ).flat();
}

/** dy as a turned filter has to see it: stride − 1 zeros between its elements, and zeros around. */
function spreadOut(kernels: WasmKernels, dy: TensorInfo, info: Info): TensorInfo {
  const { batchSize, outHeight, outWidth, strideHeight, strideWidth } = info;
  const channels = shapeOf(dy)[3];
  const apart = (x: TensorInfo, count: number, length: number, stride: number): TensorInfo =>
    kernels.pad(kernels.reshape(x, [count, length]), [
      [0, 0],
      [0, (stride - 1) * length],
    ]);
  const inRows = apart(dy, batchSize * outHeight * outWidth, channels, strideWidth);
  const width = outWidth * strideWidth;
  const inBoth = apart(inRows, batchSize * outHeight, width * channels, strideHeight);
  const whole = kernels.reshape(inBoth, [batchSize, outHeight * strideHeight, width, channels]);
  return fitted(kernels, whole, {
    top: info.filterHeight - 1 - info.padInfo.top,
    left: info.filterWidth - 1 - info.padInfo.left,
    height: info.inHeight + info.filterHeight - 1,
    width: info.inWidth + info.filterWidth - 1,
  });
}

/** Where an image is put in a larger or smaller one. */
interface Place {
  /** Rows above the image, of zeros; negative where so many of its own rows are left out. */
  readonly top: number;
  readonly left: number;
  /** Extents of the result. */
  readonly height: number;
  readonly width: number;
}

function fitted(kernels: WasmKernels, image: TensorInfo, place: Place): TensorInfo {
  const [batch, rows, columns, channels] = shapeOf(image);
  const [above, before] = [Math.max(0, place.top), Math.max(0, place.left)];
  const [below, behind] = [
    Math.max(0, place.height - rows - place.top),
    Math.max(0, place.width - columns - place.left),
  ];
  const padded = kernels.pad(image, [
    [0, 0],
    [above, below],
    [before, behind],
    [0, 0],
  ]);
  const begin = [0, above - place.top, before - place.left, 0];
  return kernels.slice(padded, begin, [batch, place.height, place.width, channels]);
}
