import type * as tfc from '@tensorflow/tfjs-core';

import { cutToShapes, flatten } from './parameterVector.ts';
import type { Batch, Buffers, Tf } from './task.ts';

/** The buffers of a task (see `Buffers`) as one flat vector, in their order. */
export class BufferVector {
  readonly variables: readonly tfc.Variable[];
  readonly length: number;
  readonly #tf: Tf;
  readonly #buffers: Buffers;

  /** @throws where a buffer is trained, follows a student or is not float32, saying which */
  constructor(tf: Tf, buffers: Buffers, others: ReadonlySet<tfc.Variable>) {
    this.#tf = tf;
    this.#buffers = buffers;
    this.variables = buffers.variables;
    const seen = new Set(others);
    for (const variable of this.variables) {
      const { dtype } = variable;
      if (dtype !== 'float32') {
        throw new Error(`The ${describe(variable)} holds ${dtype}; a buffer holds float32.`);
      }
      if (seen.has(variable)) {
        throw new Error(
          `The ${describe(variable)} is a parameter, a teacher's or another buffer as well.`,
        );
      }
      seen.add(variable);
    }
    this.length = this.variables.reduce((sum, { size }) => sum + size, 0);
  }

  /** The values of now. */
  values(): tfc.Tensor1D {
    return flatten(this.#tf, this.variables, this.variables);
  }

  /**
   * What the values become after a batch; no tape hears of it.
   * @throws where the task gives another number of tensors or other shapes, naming both
   */
  next(batch: Batch): tfc.Tensor1D {
    const next = this.#buffers.next(batch);
    if (next.length !== this.variables.length) {
      throw new Error(
        `The task gives ${next.length} tensors for its ${this.variables.length} buffers.`,
      );
    }
    for (const [index, variable] of this.variables.entries()) {
      const { shape, dtype } = next[index] ?? variable;
      if (`${shape} ${dtype}` === `${variable.shape} float32`) continue;
      throw new Error(
        `The ${describe(variable)} cannot become a tensor ${dtype} [${shape.join(', ')}].`,
      );
    }
    return flatten(this.#tf, this.variables, next);
  }

  /** Cuts a vector into one tensor for each buffer, of its shape. */
  pieces(vector: tfc.Tensor1D): readonly tfc.Tensor[] {
    return cutToShapes(this.#tf, vector, this.variables);
  }
}

function describe({ name, shape }: tfc.Variable): string {
  return `buffer ${name} [${shape.join(', ')}]`;
}
