import type { UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { ComposedKernel } from './wasmKernels.ts';

/**
 * Adds rows up by the number that each is marked with: the gradient of an embedding. The WebAssembly
 * backend lacks it; the host's own loop over its memory is quick enough. Rows with a number of no
 * segment are left out.
 */
export const segmentSum: ComposedKernel<UnsortedSegmentSumAttrs> = {
  kernel: 'UnsortedSegmentSum',
  compute(kernels, { x, segmentIds }, { numSegments }) {
    invariant(x && segmentIds, 'a sum by segments has numbers of segments');
    const rest = x.shape.slice(segmentIds.shape.length);
    const length = rest.reduce((product, extent) => product * extent, 1);
    const type = { shape: [numSegments, ...rest], dtype: x.dtype };
    return kernels.write(type, (sums) => {
      // The memory may have moved when the result was made.
      const rows = kernels.values(x);
      sums.fill(0);
      for (const [row, segment] of kernels.values(segmentIds).entries()) {
        if (segment < 0 || segment >= numSegments) continue;
        addTo(sums, segment * length, rows.subarray(row * length, (row + 1) * length));
      }
    });
  },
};

function addTo(sums: NumberArray, start: number, row: NumberArray): void {
  for (let index = 0; index < row.length; index += 1) {
    sums[start + index] = (sums[start + index] ?? 0) + (row[index] ?? 0);
  }
}

type NumberArray = Float32Array | Int32Array | Uint8Array;
