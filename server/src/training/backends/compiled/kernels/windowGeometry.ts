import { z } from 'zod';

import { type KernelCall, UntraceableError } from '../kernelEmitter.ts';
import { extentOf } from './arrangement.ts';

/** How a window of a convolution or a pool moves along one axis of an image. */
export interface Axis {
  /** Elements of the image. */
  readonly input: number;
  /** Positions of the window. */
  readonly output: number;
  /** Elements of the window. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the image. */
  readonly before: number;
  /**
   * Zeros behind the image that the last position reaches; negative where elements at the end are
   * in no window.
   */
  readonly behind: number;
}

export interface WindowGeometry {
  readonly height: Axis;
  readonly width: Axis;
}

const pair = z.union([
  z.number().transform((value): [number, number] => [value, value]),
  z.tuple([z.number(), z.number()]),
]);
const padding = z.union([
  z.enum(['same', 'valid']),
  z.number(),
  z.array(z.tuple([z.number(), z.number()])).length(4),
]);
const attributesSchema = z.object({
  strides: pair,
  pad: padding,
  dilations: pair.nullish(),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
  dataFormat: z.literal('NHWC').nullish(),
});
type WindowAttributes = z.infer<typeof attributesSchema>;

/**
 * Geometry of a convolution over an image [batch, height, width, channels] with a window of
 * [height, width], as `conv_util.computeConv2DInfo` of TensorFlow.js has it.
 */
export function windowGeometry(
  call: KernelCall,
  image: readonly number[],
  window: readonly number[],
): WindowGeometry {
  const parsed = attributesSchema.safeParse(call.attributes);
  if (!parsed.success) {
    throw new UntraceableError(`A convolution was called with ${z.prettifyError(parsed.error)}.`);
  }
  const attributes = parsed.data;
  const dilations = attributes.dilations ?? [1, 1];
  const reach = [0, 1].map((axis) => (extentOf(window, axis) - 1) * extentOf(dilations, axis) + 1);
  const along = (axis: 0 | 1): Axis => {
    const input = extentOf(image, axis + 1);
    const stride = attributes.strides[axis];
    const extent = extentOf(reach, axis);
    // With a padding given as one number, TensorFlow.js counts both axes by the window's height.
    const counted = typeof attributes.pad === 'number' ? extentOf(reach, 0) : extent;
    const countedStride = typeof attributes.pad === 'number' ? attributes.strides[0] : stride;
    const { before, output } = place(attributes, axis, input, counted, countedStride);
    return {
      input,
      output,
      size: extentOf(window, axis),
      stride,
      dilation: dilations[axis],
      before,
      behind: (output - 1) * stride + extent - input - before,
    };
  };
  return { height: along(0), width: along(1) };
}

/** Zeros before the image, and the number of positions of a window that reaches over `extent`. */
function place(
  attributes: WindowAttributes,
  axis: 0 | 1,
  input: number,
  extent: number,
  stride: number,
): { readonly before: number; readonly output: number } {
  const { pad } = attributes;
  if (pad === 'same') {
    const output = Math.ceil(input / stride);
    const total = Math.max(0, (output - 1) * stride + extent - input);
    return { before: Math.floor(total / 2), output };
  }
  if (pad === 'valid') return { before: 0, output: Math.ceil((input - extent + 1) / stride) };
  const [before, behind] = typeof pad === 'number' ? [pad, pad] : (pad[axis + 1] ?? [0, 0]);
  const round = rounding(attributes);
  return { before, output: round((input - extent + before + behind) / stride + 1) };
}

function rounding(attributes: WindowAttributes): (value: number) => number {
  switch (attributes.dimRoundingMode) {
    case 'ceil':
      return Math.ceil;
    case 'floor':
      return Math.floor;
    case 'round':
      return Math.round;
    default:
      return Math.trunc;
  }
}

/** The padding as ONNX wants it; elements at the end that no window reaches need none. */
export const pads = ({ height, width }: WindowGeometry): readonly number[] => [
  height.before,
  width.before,
  Math.max(0, height.behind),
  Math.max(0, width.behind),
];
