import { int } from '../graph.ts';
import { input, type KernelEmitter } from '../kernelEmitter.ts';
import { axisAttribute, numberAttribute } from './attributes.ts';
import { apply, cast, combine, scalar, typeOf } from './values.ts';

const softmax: KernelEmitter = {
  kernel: 'Softmax',
  emit(builder, call) {
    const logits = cast(builder, input(call, 'logits'), 'float32');
    const axis = axisAttribute(call, 'dim', logits.shape.length, -1);
    return builder.op('Softmax', [logits], typeOf(logits), { axis: int(axis) });
  },
};

/** (x − mean) · scale / √(variance + ε) + offset, of channels in the last dimension. */
const batchNorm: KernelEmitter = {
  kernel: 'FusedBatchNorm',
  emit(builder, call) {
    const [x, mean, variance] = [input(call, 'x'), input(call, 'mean'), input(call, 'variance')];
    const { scale, offset } = call.inputs;
    const epsilon = scalar(builder, numberAttribute(call, 'varianceEpsilon', 0.001), 'float32');
    const deviation = apply(builder, 'Sqrt', combine(builder, 'Add', variance, epsilon));
    const factor = scale
      ? combine(builder, 'Div', scale, deviation)
      : apply(builder, 'Reciprocal', deviation);
    const centred = combine(builder, 'Sub', x, mean);
    const scaled = combine(builder, 'Mul', centred, factor);
    return offset ? combine(builder, 'Add', scaled, offset) : scaled;
  },
};

/** Kernels that normalise. */
export const normalizationKernels: readonly KernelEmitter[] = [batchNorm, softmax];
