import type { OneHotAttrs } from '@tensorflow/tfjs-core';

import type { ComposedKernel } from './wasmKernels.ts';

/**
 * Rows of one value and another elsewhere. The kernel as shipped writes integers whatever it is
 * asked for, so that a float 1 comes out as the smallest float of all; here they are cast.
 */
export const oneHot: ComposedKernel<OneHotAttrs> = {
  kernel: 'OneHot',
  compute(kernels, inputs, { dtype, ...attributes }) {
    const whole = kernels.runShipped('OneHot', inputs, { ...attributes, dtype: 'int32' });
    return dtype === 'int32' ? whole : kernels.run('Cast', { x: whole }, { dtype });
  },
};
