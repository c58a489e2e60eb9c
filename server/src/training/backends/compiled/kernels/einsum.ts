import { text } from '../graph.ts';
import { inputList, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { textAttribute } from './attributes.ts';
import { refuseBooleans } from './values.ts';

/** Sums of products by letters: both write them alike. */
const einsum: KernelEmitter = {
  kernel: 'Einsum',
  emit(builder, call) {
    const values = inputList(call);
    refuseBooleans('Einsum', ...values);
    const equation = (textAttribute(call, 'equation') ?? '').replaceAll(' ', '');
    const [terms = '', output] = equation.split('->');
    if (output === undefined || equation.includes('...')) {
      throw new UntraceableError(`The equation ${equation} of Einsum has no form in ONNX.`);
    }
    const extents = new Map(
      terms
        .split(',')
        .flatMap((term, index) =>
          [...term].map((letter, axis): [string, number] => [
            letter,
            values[index]?.shape[axis] ?? 1,
          ]),
        ),
    );
    const shape = [...output].map((letter) => extents.get(letter) ?? 1);
    const dtype = values[0]?.dtype ?? 'float32';
    return builder.op('Einsum', values, { shape, dtype }, { equation: text(equation) });
  },
};

export const einsumKernels: readonly KernelEmitter[] = [einsum];
