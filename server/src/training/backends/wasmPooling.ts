import type { backend_util, MaxPoolGradAttrs } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { ComposedKernel } from './wasmKernels.ts';

/**
 * Gradient of a maximum over windows: each dy goes to its window's maximum, to the first one where
 * several are equal. The shipped kernel loses it where nothing in the window is positive. Other
 * kernels do not say it, so the host's own loop over the backend's memory does.
 */
export const maximumGradient: ComposedKernel<MaxPoolGradAttrs> = {
  kernel: 'MaxPoolGrad',
  compute(kernels, { dy, input }, { filterSize, strides, pad, dimRoundingMode }) {
    invariant(dy && input, 'a gradient of a pool has its image');
    const [batch = 1, height = 1, width = 1, channels = 1] = input.shape;
    const info = kernels.tf.backend_util.computePool2DInfo(
      [batch, height, width, channels],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    return kernels.write(input, (dx) => {
      // The memory may have moved when the result was made.
      const [image, gradient] = [kernels.values(input), kernels.values(dy)];
      dx.fill(0);
      let place = 0;
      for (const window of windows(info)) {
        for (let channel = 0; channel < channels; channel += 1, place += 1) {
          const maximum = placeOfMaximum(image, window, channel);
          dx[maximum] = (dx[maximum] ?? 0) + (gradient[place] ?? 0);
        }
      }
    });
  },
};

/** The part of an image that a window sees, as places in the memory of all images. */
interface Window {
  /** Of the first channel. */
  readonly corner: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowLength: number;
  readonly channels: number;
}

/** The windows in the order of the results. */
function* windows(info: backend_util.Conv2DInfo): Generator<Window> {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info;
  const rowLength = inWidth * inChannels;
  for (let index = 0; index < batchSize * outHeight * outWidth; index += 1) {
    const [image, position] = [Math.floor(index / outWidth / outHeight), index % outWidth];
    const row = (Math.floor(index / outWidth) % outHeight) * info.strideHeight - info.padInfo.top;
    const column = position * info.strideWidth - info.padInfo.left;
    const [top, left] = [Math.max(0, row), Math.max(0, column)];
    yield {
      corner: (image * inHeight + top) * rowLength + left * inChannels,
      rows: Math.min(inHeight, row + info.filterHeight) - top,
      columns: Math.min(inWidth, column + info.filterWidth) - left,
      rowLength,
      channels: inChannels,
    };
  }
}

function placeOfMaximum(image: ArrayLike<number>, window: Window, channel: number): number {
  let place = window.corner + channel;
  for (let row = 0; row < window.rows; row += 1) {
    for (let column = 0; column < window.columns; column += 1) {
      const other = window.corner + row * window.rowLength + column * window.channels + channel;
      if ((image[other] ?? 0) > (image[place] ?? 0)) place = other;
    }
  }
  return place;
}
