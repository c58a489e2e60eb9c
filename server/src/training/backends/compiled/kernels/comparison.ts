import type { DataType, GraphBuilder, Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { cast, choose, combine, sameShape } from './values.ts';

/** Kinds from the narrowest to the widest, as TensorFlow.js widens them. */
const widths: readonly DataType[] = ['bool', 'int32', 'float32'];

function wider(first: DataType, second: DataType): DataType {
  return widths.indexOf(first) > widths.indexOf(second) ? first : second;
}

function compare(builder: GraphBuilder, call: KernelCall, operator: string): Value {
  const [a, b] = [input(call, 'a'), input(call, 'b')];
  const common = wider(a.dtype, b.dtype);
  // Booleans have no order in ONNX.
  const dtype = common === 'bool' && operator !== 'Equal' ? 'int32' : common;
  return combine(builder, operator, cast(builder, a, dtype), cast(builder, b, dtype), 'bool');
}

function comparison(kernel: string, operator: string): KernelEmitter {
  return { kernel, emit: (builder, call) => compare(builder, call, operator) };
}

function logical(kernel: string, operator: string): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const [a, b] = [input(call, 'a'), input(call, 'b')];
      return combine(builder, operator, cast(builder, a, 'bool'), cast(builder, b, 'bool'));
    },
  };
}

function not(builder: GraphBuilder, x: Value): Value {
  return builder.op('Not', [x], { shape: x.shape, dtype: 'bool' });
}

const notEqual: KernelEmitter = {
  kernel: 'NotEqual',
  emit: (builder, call) => not(builder, compare(builder, call, 'Equal')),
};

const logicalNot: KernelEmitter = {
  kernel: 'LogicalNot',
  emit: (builder, call) => not(builder, cast(builder, input(call, 'x'), 'bool')),
};

/** The operation broadcasts its three tensors before it calls the kernel. */
const select: KernelEmitter = {
  kernel: 'Select',
  emit(builder, call) {
    const condition = cast(builder, input(call, 'condition'), 'bool');
    const [yes, no] = [input(call, 't'), input(call, 'e')];
    const dtype = wider(yes.dtype, no.dtype);
    if (!sameShape(condition.shape, yes.shape)) {
      throw new UntraceableError(
        `Select chooses from [${yes.shape}] with a condition of another shape, [${condition.shape}].`,
      );
    }
    const [left, right] = [cast(builder, yes, dtype), cast(builder, no, dtype)];
    if (dtype !== 'bool') return choose(builder, condition, left, right);
    return combine(
      builder,
      'Or',
      combine(builder, 'And', condition, left),
      combine(builder, 'And', not(builder, condition), right),
    );
  },
};

/** Comparisons, logic and choice. */
export const comparisonKernels: readonly KernelEmitter[] = [
  comparison('Equal', 'Equal'),
  comparison('Greater', 'Greater'),
  comparison('GreaterEqual', 'GreaterOrEqual'),
  comparison('Less', 'Less'),
  comparison('LessEqual', 'LessOrEqual'),
  logical('LogicalAnd', 'And'),
  logicalNot,
  logical('LogicalOr', 'Or'),
  notEqual,
  select,
];
