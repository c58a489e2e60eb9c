import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { extentOf } from './arrangement.ts';
import { flagAttribute, numbersAttribute } from './attributes.ts';
import { reshape } from './values.ts';

/**
 * Changes of size of images [batch, height, width, channels]. Each is a linear map along the height
 * and one along the width, whose coefficients are known, so its gradient is their transposes.
 */
export const resizingKernels: readonly KernelEmitter[] = [
  {
    kernel: 'ResizeBilinear',
    emit: (builder, call) => resizeBilinear(builder, call),
  },
  { kernel: 'ResizeBilinearGrad', emit: (builder, call) => spread(builder, call, bilinear) },
  { kernel: 'ResizeNearestNeighbor', emit: resizeNearest },
  { kernel: 'ResizeNearestNeighborGrad', emit: (builder, call) => spread(builder, call, nearest) },
];

/** How elements of an axis are placed over those of another. */
interface Sampling {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** An element of the source, and how much of it an element of the result takes. */
interface Share {
  readonly source: number;
  readonly weight: number;
}

type Sampler = (sampling: Sampling, index: number) => readonly Share[];

function scaleOf({ from, to, alignCorners }: Sampling): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

const nearest: Sampler = (sampling, index) => {
  const place = scaleOf(sampling) * (sampling.halfPixelCenters ? index + 0.5 : index);
  const rounded = sampling.alignCorners ? Math.round(place) : Math.floor(place);
  return [{ source: Math.min(sampling.from - 1, rounded), weight: 1 }];
};

const bilinear: Sampler = (sampling, index) => {
  const scale = scaleOf(sampling);
  const place = sampling.halfPixelCenters ? scale * (index + 0.5) - 0.5 : scale * index;
  const low = Math.max(0, Math.floor(place));
  const high = Math.min(sampling.from - 1, Math.max(0, Math.ceil(place)));
  return [
    { source: low, weight: 1 - (place - low) },
    { source: high, weight: place - low },
  ];
};

function samplings(call: KernelCall, from: Value, size: readonly number[]): readonly Sampling[] {
  return size.map((to, axis) => ({
    from: extentOf(from.shape, axis + 1),
    to,
    alignCorners: flagAttribute(call, 'alignCorners'),
    halfPixelCenters: flagAttribute(call, 'halfPixelCenters'),
  }));
}

function resizeNearest(builder: GraphBuilder, call: KernelCall): Value {
  const images = input(call, 'images');
  return samplings(call, images, numbersAttribute(call, 'size')).reduce(
    (image, sampling, index) => {
      const sources = Array.from({ length: sampling.to }, (_, to) => nearest(sampling, to)[0]);
      const host = Int32Array.from(sources, (share) => share?.source ?? 0);
      const places = builder.constant(host, { shape: [sampling.to], dtype: 'int32' });
      const shape = image.shape.map((size, axis) => (axis === index + 1 ? sampling.to : size));
      const type = { shape, dtype: image.dtype };
      return builder.op('Gather', [image, places], type, { axis: int(index + 1) });
    },
    images,
  );
}

function resizeBilinear(builder: GraphBuilder, call: KernelCall): Value {
  const images = input(call, 'images');
  const maps = samplings(call, images, numbersAttribute(call, 'size')).map((sampling) =>
    coefficients(sampling, bilinear),
  );
  return mapAxes(builder, images, maps);
}

/** Gradient of a change of size. Like TensorFlow.js, it does not know of `halfPixelCenters`. */
function spread(builder: GraphBuilder, call: KernelCall, sampler: Sampler): Value {
  const images = input(call, 'images');
  const dy = input(call, 'dy');
  const maps = samplings(call, images, dy.shape.slice(1, 3)).map((sampling) =>
    transposed(coefficients({ ...sampling, halfPixelCenters: false }, sampler)),
  );
  return mapAxes(builder, dy, maps);
}

/** A matrix, row by row. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

function coefficients(sampling: Sampling, sampler: Sampler): Matrix {
  const values = new Float32Array(sampling.to * sampling.from);
  for (let row = 0; row < sampling.to; row += 1) {
    for (const { source, weight } of sampler(sampling, row)) {
      const place = row * sampling.from + source;
      values[place] = (values[place] ?? 0) + weight;
    }
  }
  return { rows: sampling.to, columns: sampling.from, values };
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = values.map((_, place) => {
    const [row, column] = [place % rows, Math.floor(place / rows)];
    return values[row * columns + column] ?? 0;
  });
  return { rows: columns, columns: rows, values: turned };
}

/** The images with one linear map along the height and one along the width. */
function mapAxes(builder: GraphBuilder, images: Value, maps: readonly Matrix[]): Value {
  const [alongHeight, alongWidth] = maps;
  if (!alongHeight || !alongWidth) throw new UntraceableError('An image has height and width.');
  const [batch = 1, height = 1, width = 1, channels = 1] = images.shape;
  const rows = reshape(builder, images, [batch, height, width * channels]);
  const tall = multiply(builder, alongHeight, rows);
  const columns = reshape(builder, tall, [batch * alongHeight.rows, width, channels]);
  const mapped = multiply(builder, alongWidth, columns);
  return reshape(builder, mapped, [batch, alongHeight.rows, alongWidth.rows, channels]);
}

function multiply(builder: GraphBuilder, map: Matrix, x: Value): Value {
  const matrix = builder.constant(map.values, {
    shape: [map.rows, map.columns],
    dtype: 'float32',
  });
  const shape = [extentOf(x.shape, 0), map.rows, extentOf(x.shape, 2)];
  return builder.op('MatMul', [matrix, x], { shape, dtype: 'float32' });
}
