import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../../task.ts';

type DataId = tfc.TensorInfo['dataId'];

/** A tensor of the task whose values a graph holds as constants, as they were when it was traced. */
export interface HeldValues {
  readonly dataId: DataId;
  readonly type: Pick<tfc.TensorInfo, 'dtype' | 'shape'>;
  /** If they are those of a variable that is no parameter. */
  readonly variable: tfc.Variable | undefined;
}

/** Says in words which values are no longer those that a graph holds; undefined where all are. */
export function findChanged(tf: Tf, held: readonly HeldValues[]): string | undefined {
  const { tensorInfo } = tf.engine().state;
  const changed = held.find(({ dataId, variable }) =>
    variable ? variable.dataId !== dataId : !tensorInfo.has(dataId),
  );
  if (!changed) return undefined;
  const { variable, type } = changed;
  const text = `${type.dtype} [${type.shape.join(', ')}]`;
  const what = variable
    ? `The variable ${variable.name} ${text}, which is in no parameter group, was assigned to`
    : `A tensor ${text} that the losses use was disposed of`;
  return `${what} since the step was compiled, which holds the values of then. What changes from step to step must be part of the batch.`;
}
