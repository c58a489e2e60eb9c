import { type Attributes, type GraphBuilder, int, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { applyActivation } from './activation.ts';
import { flagAttribute, numberAttribute, textAttribute } from './attributes.ts';
import {
  broadcastShape,
  cast,
  combine,
  refuseBooleans,
  reshape,
  sizeOf,
  transpose,
} from './values.ts';

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Number of products that lie behind one another. */
function batchOf(x: Value): number {
  return sizeOf(x.shape.slice(0, -2));
}

function extents({ a, b, transposeA, transposeB }: Product) {
  const [height = 1, width = 1] = a.shape.slice(-2);
  const [first = 1, second = 1] = b.shape.slice(-2);
  const [rows, inner] = transposeA ? [width, height] : [height, width];
  const [innerB, columns] = transposeB ? [second, first] : [first, second];
  if (inner !== innerB) {
    throw new UntraceableError(`A product of [${a.shape}] and [${b.shape}] does not fit.`);
  }
  return { rows, columns };
}

/** The shape of a product. */
function productShape(product: Product): readonly number[] {
  const { rows, columns } = extents(product);
  const { a, b } = product;
  return [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
}

/**
 * A product of floats as one matrix by one, where it is one: always without a batch, and where one
 * b meets a batch of a whose rows lie behind one another.
 */
function asSingle(builder: GraphBuilder, product: Product): Product | undefined {
  const { a, b, transposeA } = product;
  if (batchOf(b) !== 1 || (batchOf(a) !== 1 && transposeA)) return undefined;
  const [height = 1, width = 1] = a.shape.slice(-2);
  return {
    ...product,
    a: reshape(builder, a, [batchOf(a) * height, width]),
    b: reshape(builder, b, b.shape.slice(-2)),
  };
}

/** `Gemm`, with a bias where it has one that fits to its rows. */
function single(builder: GraphBuilder, product: Product, bias?: Value): Value {
  const { a, b, transposeA, transposeB } = product;
  const { rows, columns } = extents(product);
  const attributes: Attributes = {
    ...(transposeA ? { transA: int(1) } : {}),
    ...(transposeB ? { transB: int(1) } : {}),
  };
  const type = { shape: [rows, columns], dtype: a.dtype };
  return builder.op('Gemm', bias ? [a, b, bias] : [a, b], type, attributes);
}

/**
 * Products of batches. Transposed floats go to ONNX Runtime's own operator, which reads them as they
 * lie; for integers there is only the plain product.
 */
function batched(builder: GraphBuilder, product: Product): Value {
  const { a, b, transposeA, transposeB } = product;
  const type = { shape: productShape(product), dtype: a.dtype };
  if (!transposeA && !transposeB) return builder.op('MatMul', [a, b], type);
  if (a.dtype === 'float32') {
    return builder.op('com.microsoft:FusedMatMul', [a, b], type, {
      transA: int(transposeA ? 1 : 0),
      transB: int(transposeB ? 1 : 0),
    });
  }
  const factors = [transposeA ? turned(builder, a) : a, transposeB ? turned(builder, b) : b];
  return builder.op('MatMul', factors, type);
}

function turned(builder: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  const batch = [...Array(rank - 2).keys()];
  return transpose(builder, x, [...batch, rank - 1, rank - 2]);
}

function productOf(builder: GraphBuilder, call: KernelCall): Product {
  const [a, b] = [input(call, 'a'), input(call, 'b')];
  refuseBooleans('A matrix product', a, b);
  return {
    a,
    b: cast(builder, b, a.dtype),
    transposeA: flagAttribute(call, 'transposeA'),
    transposeB: flagAttribute(call, 'transposeB'),
  };
}

/** The product and its sum with a bias that broadcasts to it. */
function multiply(builder: GraphBuilder, product: Product, bias?: Value): Value {
  const shape = productShape(product);
  const flat = product.a.dtype === 'float32' ? asSingle(builder, product) : undefined;
  if (!flat) {
    const result = batched(builder, product);
    return bias ? combine(builder, 'Add', result, bias) : result;
  }
  // A row of biases is the same for a batch and for its rows behind one another.
  const row = bias && sizeOf(bias.shape) === bias.shape.at(-1) ? bias : undefined;
  const flatBias = row && reshape(builder, row, [sizeOf(row.shape)]);
  const result = reshape(builder, single(builder, flat, flatBias), shape);
  return bias && !row ? combine(builder, 'Add', result, bias) : result;
}

const fusedMatMul: KernelEmitter = {
  kernel: '_FusedMatMul',
  emit(builder, call) {
    const product = productOf(builder, call);
    const given = call.inputs.bias;
    const bias = given && cast(builder, given, product.a.dtype);
    const result = multiply(builder, product, bias);
    const activation = textAttribute(call, 'activation') ?? 'linear';
    if (activation !== 'linear' && result.dtype !== 'float32') {
      throw new UntraceableError(`${activation} of a matrix product of integers.`);
    }
    const alpha = call.attributes.leakyreluAlpha;
    return applyActivation(builder, result, activation, {
      preluWeights: call.inputs.preluActivationWeights,
      leakyReluAlpha: alpha === undefined ? undefined : numberAttribute(call, 'leakyreluAlpha'),
    });
  },
};

/** Matrix products. */
export const matrixProductKernels: readonly KernelEmitter[] = [
  {
    kernel: 'BatchMatMul',
    emit: (builder, call) => multiply(builder, productOf(builder, call)),
  },
  fusedMatMul,
];
