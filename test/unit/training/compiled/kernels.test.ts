import { describe, expect, it } from 'vitest';

import { UntraceableError } from '../../../../server/src/training/backends/compiled/kernelEmitter.ts';
import { convolutionKernels } from '../../../../server/src/training/backends/compiled/kernels/convolution.ts';
import { kernelEmitters } from '../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { poolingKernels } from '../../../../server/src/training/backends/compiled/kernels/pooling.ts';
import { kernelFamilies } from '../../../../server/src/training/backends/compiled/kernels/registry.ts';
import { resizingKernels } from '../../../../server/src/training/backends/compiled/kernels/resizing.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { binaryCases } from './support/cases/binaryCases.ts';
import { indexingCases } from './support/cases/indexingCases.ts';
import { layoutCases } from './support/cases/layoutCases.ts';
import { productCases } from './support/cases/productCases.ts';
import { reductionCases } from './support/cases/reductionCases.ts';
import { unaryCases } from './support/cases/unaryCases.ts';
import {
  booleans,
  drawn,
  expectSame,
  floats,
  integers,
  type KernelCase,
  traceCase,
} from './support/kernelCase.ts';

const cases: readonly KernelCase[] = [
  ...binaryCases,
  ...indexingCases,
  ...layoutCases,
  ...productCases,
  ...reductionCases,
  ...unaryCases,
];
/** Kernels whose cases are images, in tests of their own. */
const imageKernels = [convolutionKernels, poolingKernels, resizingKernels].flat();
const names = kernelEmitters.map(({ kernel }) => kernel);

function emitterOf(kernel: string) {
  const emitter = kernelEmitters.find((entry) => entry.kernel === kernel);
  if (!emitter) throw new Error(`There is no emitter of ${kernel}.`);
  return emitter;
}

describe('emitters of kernels', () => {
  it('have a case each', () => {
    const tried = new Set([
      ...cases.map(({ kernel }) => kernel),
      ...imageKernels.map(({ kernel }) => kernel),
    ]);
    expect(names.filter((name) => !tried.has(name))).toEqual([]);
  });

  it('stand once each, sorted in their families', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const family of kernelFamilies) {
      const kernels = family.map(({ kernel }) => kernel);
      const bare = (name: string) => name.replace('_', '');
      expect(kernels).toEqual(kernels.toSorted((a, b) => (bare(a) < bare(b) ? -1 : 1)));
    }
  });

  it('are of kernels that TensorFlow.js has', async () => {
    const tf = await cpu.load();
    expect(names.filter((name) => !tf.getKernel(name, 'cpu'))).toEqual([]);
  });
});

describe.each([...new Set(cases.map(({ kernel }) => kernel))].toSorted())(
  '%s in ONNX',
  (kernel) => {
    it.each(cases.filter((each) => each.kernel === kernel))(
      'gives what TensorFlow.js gives: $title',
      async (given) => {
        const tf = await cpu.load();
        await expectSame(tf, emitterOf(kernel), given);
      },
    );
  },
);

describe('a call without a form in ONNX', () => {
  it.each<KernelCase>([
    { kernel: 'Add', title: 'sums of booleans', inputs: { a: booleans([1]), b: booleans([1]) } },
    { kernel: 'Neg', title: 'negative booleans', inputs: { x: booleans([1]) } },
    { kernel: 'Cast', title: 'text', inputs: { x: floats([1]) }, attributes: { dtype: 'string' } },
    { kernel: 'Add', title: 'misfits', inputs: { a: floats([1, 2]), b: floats([1, 2, 3]) } },
    { kernel: 'Max', title: 'of nothing', inputs: { x: floats([], [0, 2]) } },
    { kernel: 'ArgMax', title: 'of nothing', inputs: { x: floats([], [0, 2]) } },
    { kernel: 'Relu', title: 'without input', inputs: {} },
    { kernel: 'Sum', title: 'no such axis', inputs: { x: drawn([2]) }, attributes: { axis: [3] } },
    { kernel: 'Reshape', title: 'misfit', inputs: { x: drawn([2]) }, attributes: { shape: [3] } },
    {
      kernel: 'PadV2',
      title: 'unreadable',
      inputs: { x: drawn([2]) },
      attributes: { paddings: 1 },
    },
    {
      kernel: 'Select',
      title: 'a condition for rows',
      inputs: { condition: booleans([1, 0]), t: drawn([2, 3]), e: drawn([2, 3]) },
    },
    { kernel: 'Einsum', title: 'implicit', inputs: [drawn([2])], attributes: { equation: 'i' } },
    {
      kernel: 'BatchMatMul',
      title: 'misfit',
      inputs: { a: drawn([2, 3]), b: drawn([2, 3]) },
      attributes: { transposeA: false, transposeB: false },
    },
    {
      kernel: 'UnsortedSegmentSum',
      title: 'segments in a matrix',
      inputs: { x: drawn([2, 2]), segmentIds: integers([0, 1, 0, 1], [2, 2]) },
      attributes: { numSegments: 2 },
    },
    {
      kernel: '_FusedMatMul',
      title: 'unknown activation',
      inputs: { a: drawn([1, 2, 2]), b: drawn([1, 2, 2]) },
      attributes: { transposeA: false, transposeB: false, activation: 'mystery' },
    },
    {
      kernel: 'DepthToSpace',
      title: 'channels first',
      inputs: { x: drawn([1, 4, 2, 2]) },
      attributes: { blockSize: 2, dataFormat: 'NCHW' },
    },
  ])('is refused in words: $kernel of $title', (given) => {
    expect(() => traceCase(emitterOf(given.kernel), given)).toThrow(UntraceableError);
  });
});
