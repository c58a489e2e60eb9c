import type { GraphBuilder, Value } from '../graph.ts';
import { input, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { numberAttribute, numbersAttribute, pairsAttribute, textAttribute } from './attributes.ts';
import { pad, slice } from './slicing.ts';
import { reshape, sizeOf, transpose } from './values.ts';

/**
 * Dimensions behind the batch in pairs of (place, offset in its block): [n, p₁, b₁, p₂, b₂, …, rest].
 */
function paired(places: readonly number[], blocks: readonly number[]): readonly number[] {
  return places.flatMap((extent, axis) => [extent, blocks[axis] ?? 1]);
}

const spaceToBatch: KernelEmitter = {
  kernel: 'SpaceToBatchND',
  emit(builder, call) {
    const x = input(call, 'x');
    const blocks = numbersAttribute(call, 'blockShape');
    const wide = pad(builder, x, [[0, 0], ...pairsAttribute(call, 'paddings')], 0);
    const [batch = 1, ...extents] = wide.shape;
    const places = blocks.map((block, axis) => (extents[axis] ?? 1) / block);
    const rest = extents.slice(blocks.length);
    const cells = reshape(builder, wide, [batch, ...paired(places, blocks), ...rest]);
    const moved = transpose(builder, cells, [
      ...blocks.map((_, axis) => 2 * axis + 2),
      0,
      ...blocks.map((_, axis) => 2 * axis + 1),
      ...rest.map((_, axis) => 2 * blocks.length + 1 + axis),
    ]);
    return reshape(builder, moved, [batch * sizeOf(blocks), ...places, ...rest]);
  },
};

const batchToSpace: KernelEmitter = {
  kernel: 'BatchToSpaceND',
  emit(builder, call) {
    const x = input(call, 'x');
    const blocks = numbersAttribute(call, 'blockShape');
    const [batch = 1, ...extents] = x.shape;
    const images = batch / sizeOf(blocks);
    const count = blocks.length;
    const places = extents.slice(0, count);
    const rest = extents.slice(count);
    const cells = reshape(builder, x, [...blocks, images, ...extents]);
    const moved = transpose(builder, cells, [
      count,
      ...blocks.flatMap((_, axis) => [count + 1 + axis, axis]),
      ...rest.map((_, axis) => 2 * count + 1 + axis),
    ]);
    const wide = places.map((extent, axis) => extent * (blocks[axis] ?? 1));
    const joined = reshape(builder, moved, [images, ...wide, ...rest]);
    return crop(builder, joined, [[0, 0], ...pairsAttribute(call, 'crops')]);
  },
};

function crop(builder: GraphBuilder, x: Value, crops: readonly (readonly number[])[]): Value {
  const ranges = x.shape.map((extent, axis) => {
    const [begin = 0, end = 0] = crops[axis] ?? [];
    return { begin, size: extent - begin - end, stride: 1 };
  });
  return slice(builder, x, ranges);
}

const depthToSpace: KernelEmitter = {
  kernel: 'DepthToSpace',
  emit(builder, call) {
    const x = input(call, 'x');
    if ((textAttribute(call, 'dataFormat') ?? 'NHWC') !== 'NHWC') {
      throw new UntraceableError('DepthToSpace is compiled for images with channels last only.');
    }
    const block = numberAttribute(call, 'blockSize');
    const [batch = 1, height = 1, width = 1, depth = 1] = x.shape;
    const channels = depth / block ** 2;
    const cells = reshape(builder, x, [batch, height, width, block, block, channels]);
    const moved = transpose(builder, cells, [0, 1, 3, 2, 4, 5]);
    return reshape(builder, moved, [batch, height * block, width * block, channels]);
  },
};

/** Kernels that trade dimensions of an image for its batch or its channels. */
export const blockKernels: readonly KernelEmitter[] = [batchToSpace, depthToSpace, spaceToBatch];
