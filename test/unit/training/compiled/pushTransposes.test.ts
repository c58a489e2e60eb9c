import { describe, expect, it } from 'vitest';

import type { Graph, Value } from '../../../../server/src/training/backends/compiled/graph.ts';
import { int } from '../../../../server/src/training/backends/compiled/graph.ts';
import { GraphRecorder } from '../../../../server/src/training/backends/compiled/graphRecorder.ts';
import {
  channelsFirst,
  channelsLast,
} from '../../../../server/src/training/backends/compiled/kernels/arrangement.ts';
import { pad, slice } from '../../../../server/src/training/backends/compiled/kernels/slicing.ts';
import {
  combine,
  int64s,
  scalar,
  transpose,
} from '../../../../server/src/training/backends/compiled/kernels/values.ts';
import { pushTransposes } from '../../../../server/src/training/backends/compiled/pushTransposes.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { expectClose, runGraph } from './support/compareKernel.ts';
import { drawTensor } from './support/convolutionCases.ts';

const image = [2, 3, 5, 4];
/** What stands for a convolution: it needs its channels first, and undoes nothing. */
function convolve(recorder: GraphRecorder, x: Value): Value {
  const first = channelsFirst(recorder, x);
  return channelsLast(recorder, recorder.op('Softmax', [first], first, { axis: int(1) }));
}

interface Pieces {
  readonly recorder: GraphRecorder;
  /** A convolution of the image. */
  readonly x: Value;
  readonly bias: Value;
  /** An image that is fed. */
  readonly other: Value;
}

type Write = (pieces: Pieces) => readonly Value[];

function record(write: Write): Graph {
  const recorder = new GraphRecorder();
  const fed = recorder.input('image', { shape: image, dtype: 'float32' });
  const bias = recorder.input('bias', { shape: [4], dtype: 'float32' });
  const other = recorder.input('other', { shape: image, dtype: 'float32' });
  return recorder.finish(write({ recorder, x: convolve(recorder, fed), bias, other }));
}

const turns = ({ nodes }: Graph): number =>
  nodes.filter(({ operator }) => operator === 'Transpose').length;

function reduce({ recorder, x }: Pieces, axes: readonly number[], keepdims: 0 | 1): Value {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const shape = keepdims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  const type = { shape, dtype: 'float32' } as const;
  return recorder.op('ReduceSum', [x, int64s(recorder, axes)], type, { keepdims: int(keepdims) });
}

const cases: readonly { readonly title: string; readonly left: number; readonly write: Write }[] = [
  {
    title: 'a convolution behind another',
    left: 2,
    write: ({ recorder, x }) => [convolve(recorder, x)],
  },
  {
    title: 'a bias and an activation between convolutions',
    left: 2,
    write: ({ recorder, x, bias }) => {
      const sum = combine(recorder, 'Add', x, bias);
      return [convolve(recorder, recorder.op('Relu', [sum], sum))];
    },
  },
  {
    title: 'a number and a factor per image',
    left: 2,
    write: (pieces) => {
      const { recorder, x } = pieces;
      const shifted = combine(recorder, 'Sub', x, scalar(recorder, 0.25, 'float32'));
      return [convolve(recorder, combine(recorder, 'Mul', shifted, reduce(pieces, [1, 2, 3], 1)))];
    },
  },
  {
    title: 'an image that was fed, which is turned once',
    left: 3,
    write: ({ recorder, x, other }) => {
      const difference = combine(recorder, 'Sub', x, other);
      const both = combine(recorder, 'Mul', difference, other);
      return [convolve(recorder, both)];
    },
  },
  {
    title: 'a choice',
    left: 3,
    write: ({ recorder, x, other }) => {
      const isLess = combine(recorder, 'Less', x, other, 'bool');
      return [convolve(recorder, recorder.op('Where', [isLess, x, other], x))];
    },
  },
  {
    title: 'sums over images, rows and columns',
    left: 1,
    write: (pieces) => [reduce(pieces, [0, 1, 2], 0)],
  },
  { title: 'sums over channels', left: 1, write: (pieces) => [reduce(pieces, [3], 0)] },
  {
    title: 'a sum over rows that keeps them',
    left: 2,
    write: (pieces) => [reduce(pieces, [1], 1)],
  },
  {
    title: 'a sum whose rest would be out of order',
    left: 2,
    write: (pieces) => [reduce(pieces, [0], 0)],
  },
  {
    title: 'images one behind the other',
    left: 3,
    write: ({ recorder, x, other }) => {
      const type = { shape: [2, 3, 5, 8], dtype: 'float32' } as const;
      return [convolve(recorder, recorder.op('Concat', [x, other], type, { axis: int(3) }))];
    },
  },
  {
    title: 'zeros around an image, and a part of it',
    left: 2,
    write: ({ recorder, x }) => {
      const padded = pad(
        recorder,
        x,
        [
          [0, 0],
          [1, 2],
          [0, 3],
          [2, 0],
        ],
        0.5,
      );
      const ranges = [2, 2, 4, 5].map((size, axis) => ({
        begin: axis === 0 ? 0 : 1,
        size,
        stride: 1,
      }));
      return [convolve(recorder, slice(recorder, padded, ranges))];
    },
  },
  {
    title: 'an output in the middle',
    left: 3,
    write: ({ recorder, x }) => {
      const active = recorder.op('Relu', [x], x);
      return [active, convolve(recorder, active)];
    },
  },
  {
    title: 'what needs the channels last',
    left: 2,
    write: ({ recorder, x }) => [recorder.op('Softmax', [x], x, { axis: int(-1) })],
  },
  {
    title: 'transposes of other kinds',
    left: 3,
    write: ({ recorder, x }) => [transpose(recorder, x, [0, 2, 1, 3])],
  },
];

describe('pushTransposes', () => {
  it.each(cases)('keeps what is computed, in fewer turns: $title', async ({ left, write }) => {
    const tf = await cpu.load();
    const graph = record(write);
    const pushed = pushTransposes(graph);
    const inputs = {
      image: drawTensor(tf, image, 1),
      bias: drawTensor(tf, [4], 2),
      other: drawTensor(tf, image, 3),
    };
    const [expected, given] = [await runGraph(graph, inputs), await runGraph(pushed, inputs)];
    expect(given.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    expectClose(
      given.flatMap(({ values }) => values),
      expected.flatMap(({ values }) => values),
    );
    expect(turns(pushed)).toBe(left);
    expect(pushed.outputs).toEqual(graph.outputs);
    tf.dispose(inputs);
  });

  it('leaves a graph without images as it is', () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', { shape: [2, 3], dtype: 'float32' });
    const graph = recorder.finish([transpose(recorder, combine(recorder, 'Add', x, x), [1, 0])]);
    expect(pushTransposes(graph)).toEqual(graph);
  });
});
