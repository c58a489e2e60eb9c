import { describe, it } from 'vitest';

import { resizingKernels } from '../../../../server/src/training/backends/compiled/kernels/resizing.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { expectSameAsKernel } from './support/compareKernel.ts';
import { drawTensor } from './support/convolutionCases.ts';

const cases = [
  { title: 'twice as large', image: [2, 4, 3, 2], size: [8, 6] },
  { title: 'half as large', image: [1, 8, 6, 3], size: [4, 3] },
  { title: 'by no whole factor', image: [2, 5, 7, 2], size: [7, 4] },
  { title: 'to one pixel', image: [1, 4, 4, 2], size: [1, 1] },
  { title: 'from one pixel', image: [1, 1, 1, 2], size: [3, 3] },
];
const places = [
  { title: 'as they come', alignCorners: false, halfPixelCenters: false },
  { title: 'with corners aligned', alignCorners: true, halfPixelCenters: false },
  { title: 'at pixel centres', alignCorners: false, halfPixelCenters: true },
];
/**
 * On the CPU, TensorFlow.js swaps height and width of the bilinear gradient's shape, reads beyond
 * the first image in the nearest one, and never ends where a corner is aligned with a single pixel.
 */
const gradientCases = [
  { title: 'twice as large', image: [1, 4, 4, 2], size: [8, 8] },
  { title: 'half as large', image: [1, 6, 6, 3], size: [3, 3] },
  { title: 'by no whole factor', image: [1, 5, 5, 2], size: [7, 4] },
  { title: 'to one pixel', image: [1, 4, 4, 2], size: [1, 1] },
].flatMap(withPlaces);

const combined = cases.flatMap(withPlaces);

function withPlaces(one: (typeof cases)[number]) {
  return places.map((place) => ({ ...one, ...place, title: `${one.title}, ${place.title}` }));
}

describe.each(['ResizeBilinear', 'ResizeNearestNeighbor'])('%s in ONNX', (kernel) => {
  it.each(combined)('gives what TensorFlow.js gives: $title', async (given) => {
    const tf = await cpu.load();
    const images = drawTensor(tf, given.image, 1);
    const { alignCorners, halfPixelCenters, size } = given;
    await expectSameAsKernel(tf, resizingKernels, {
      kernel,
      inputs: { images },
      attributes: { alignCorners, halfPixelCenters, size },
    });
    images.dispose();
  });

  const compared = gradientCases.filter(({ halfPixelCenters }) => !halfPixelCenters);
  it.each(compared)('has its gradient: $title', async (given) => {
    const tf = await cpu.load();
    const [batch = 1, , , channels = 1] = given.image;
    const images = drawTensor(tf, given.image, 1);
    const dy = drawTensor(tf, [batch, ...given.size, channels], 2);
    const { alignCorners, halfPixelCenters } = given;
    await expectSameAsKernel(tf, resizingKernels, {
      kernel: `${kernel}Grad`,
      inputs: { images, dy },
      attributes: { alignCorners, halfPixelCenters },
    });
    tf.dispose([images, dy]);
  });
});
