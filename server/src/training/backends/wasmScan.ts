import type { CumprodAttrs, CumsumAttrs } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { ComposedKernel } from './wasmKernels.ts';

/**
 * Cumulative sums and products along an axis that is counted from the end. The shipped kernels take
 * −1 for a place in a shape and write past their memory.
 */
function scanFromEnd(kernel: 'Cumprod' | 'Cumsum'): ComposedKernel<CumprodAttrs | CumsumAttrs> {
  return {
    kernel,
    compute(kernels, { x }, { axis, exclusive, reverse }) {
      invariant(x, 'a scan has a tensor');
      const place = axis < 0 ? axis + x.shape.length : axis;
      return kernels.runShipped(kernel, { x }, { axis: place, exclusive, reverse });
    },
  };
}

export const scans = [scanFromEnd('Cumprod'), scanFromEnd('Cumsum')];
