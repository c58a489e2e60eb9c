import { describe, expect, it } from 'vitest';

import { columnSumsAsProducts } from '../../../../server/src/training/backends/compiled/columnSums.ts';
import {
  float,
  type Graph,
  int,
  ints,
  text,
  type ValueType,
} from '../../../../server/src/training/backends/compiled/graph.ts';
import { GraphRecorder } from '../../../../server/src/training/backends/compiled/graphRecorder.ts';
import { narrowSplits } from '../../../../server/src/training/backends/compiled/narrowSplits.ts';
import { partition } from '../../../../server/src/training/backends/compiled/partition.ts';
import { scalarFactorsJoined } from '../../../../server/src/training/backends/compiled/scalarFactors.ts';
import { simplify } from '../../../../server/src/training/backends/compiled/simplify.ts';
import { runValues } from './support/runValues.ts';

const floats = (...shape: number[]): ValueType => ({ shape, dtype: 'float32' });
const counts = (...shape: number[]): ValueType => ({ shape, dtype: 'int64' });

function operators({ nodes }: Graph): readonly string[] {
  return nodes.map(({ operator }) => operator);
}

describe('a graph as ONNX', () => {
  it('keeps every kind of value, of attribute and of operator', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(2, 3));
    const flags = recorder.constant(Uint8Array.of(1, 0, 1), { shape: [3], dtype: 'bool' });
    const whole = recorder.constant(Int32Array.of(7, -8, 9), { shape: [3], dtype: 'int32' });
    const picked = recorder.op(
      'Where',
      [flags, x, recorder.constant(Float32Array.of(-1), floats())],
      x,
    );
    const leaky = recorder.op('LeakyRelu', [picked], x, { alpha: float(0.5) });
    const turned = recorder.op('Transpose', [leaky], floats(3, 2), { perm: ints([1, 0]) });
    const product = recorder.op('com.microsoft:FusedMatMul', [x, turned], floats(2, 2), {
      alpha: float(2),
      transB: int(0),
    });
    const gelu = recorder.op('Gelu', [x], x, { approximate: text('tanh') });
    const clipped = recorder.op(
      'Clip',
      [whole, undefined, recorder.constant(Int32Array.of(8), { shape: [], dtype: 'int32' })],
      whole,
    );
    const given = await runValues(
      recorder.finish({ leaky, product, gelu, clipped, whole, again: leaky }),
      { x: [1, 2, -4, 4, 5, 6] },
    );
    expect(given.leaky).toEqual({ shape: [2, 3], values: [1, -0.5, -2, 4, -0.5, 6] });
    expect(given.again).toEqual(given.leaky);
    expect(given.product).toEqual({ shape: [2, 2], values: [16, -42, -21, 99] });
    expect(given.clipped).toEqual({ shape: [3], values: [7, -8, 8] });
    expect(given.whole?.values).toEqual([7, -8, 9]);
    expect(given.gelu?.values[0]).toBeCloseTo(0.8412, 3);
  });

  it('names operator, value and shapes where ONNX Runtime refuses it', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(2, 3));
    const wrong = recorder.op('MatMul', [x, x], floats(2, 3));
    await expect(runValues(recorder.finish({ wrong }))).rejects.toThrow(
      /cannot load the graph of a step.*MatMul of x float32 \[2, 3\], x float32 \[2, 3\]/s,
    );
  });
});

describe('simplify', () => {
  it('leaves out what is unused, copied, done before or turned back', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(2, 3));
    recorder.input('unused', floats(1));
    const shape = recorder.constant(BigInt64Array.of(6n), counts(1));
    const back = recorder.constant(BigInt64Array.of(2n, 3n), counts(2));
    const copy = recorder.op('Identity', [x], x);
    const flat = recorder.op('Reshape', [copy, shape], floats(6));
    const same = recorder.op('Reshape', [flat, back], x);
    const turned = recorder.op('Transpose', [same], floats(3, 2), { perm: ints([1, 0]) });
    const unturned = recorder.op('Transpose', [turned], x);
    recorder.op('Exp', [x], x);
    const [first, second] = [0, 1].map(() => recorder.op('Tanh', [unturned], x));
    const sum = recorder.op('Add', [first, second], x);
    const graph = simplify(recorder.finish({ sum, twin: recorder.op('Add', [first, second], x) }));
    expect(operators(graph)).toEqual(['Tanh', 'Add', 'Add']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.constants.size).toBe(0);
    const given = await runValues(graph, { x: [0, 1, 2, 3, 4, 5] });
    expect(given.sum?.values[1]).toBeCloseTo(2 * Math.tanh(1), 6);
    expect(given.twin).toEqual(given.sum);
  });

  it('tells 0 from −0 where it shares constants', () => {
    const recorder = new GraphRecorder();
    const constant = (value: number) => recorder.constant(Float32Array.of(value), floats());
    expect(constant(0)).toBe(constant(0));
    expect(constant(-0)).not.toBe(constant(0));
  });
});

describe('partition', () => {
  it('computes in two parts what the whole computes in one', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(3));
    const weight = recorder.input('weight', floats());
    const two = recorder.constant(Float32Array.of(2), floats());
    const early = recorder.op('Mul', [x, two], x);
    const bent = recorder.op('Tanh', [early], x);
    const late = recorder.op('Mul', [bent, weight], x);
    const both = recorder.op('Add', [late, early], x);
    const whole = recorder.finish({
      reading: early,
      both,
      shifted: recorder.op('Add', [late, two], x),
    });
    const { before, after, settled, carried } = partition(whole, new Set(['weight']));
    expect(settled.map(({ name }) => name)).toEqual(['reading']);
    expect(carried).toHaveLength(2);
    expect(before.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(operators(after)).toEqual(['Mul', 'Add', 'Add']);
    const inputs = { x: [0.1, -0.2, 0.3], weight: [3] };
    const wanted = await runValues(whole, inputs);
    const first = await runValues(before, inputs);
    const handed = Object.entries(first).map(([name, { values }]) => [name, values]);
    const second = await runValues(after, { ...inputs, ...Object.fromEntries(handed) });
    expect({ ...second, reading: first.reading }).toEqual(wanted);
  });

  it('has nothing left for the second part where nothing waits', () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(3));
    const { before, after } = partition(
      recorder.finish({ y: recorder.op('Tanh', [x], x) }),
      new Set(['weight']),
    );
    expect(after.outputs).toEqual([]);
    expect(before.outputs.map(({ name }) => name)).toEqual(['y']);
  });
});

describe('products with single numbers', () => {
  it('become one where they follow each other, and are computed where they are needed', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(2, 2));
    const weight = recorder.input('weight', floats());
    const total = recorder.input('total', floats(1, 1));
    const constant = (value: number, ...shape: number[]) =>
      recorder.constant(new Float32Array(shape.reduce((all, one) => all * one, 1)).fill(value), {
        shape,
        dtype: 'float32',
      });
    const spread = recorder.op('Mul', [total, constant(1, 2, 2)], x);
    const mean = recorder.op('Div', [spread, constant(4)], x);
    const doubled = recorder.op('Mul', [constant(2), x], x);
    const slope = recorder.op('Mul', [mean, doubled], x);
    const weighted = recorder.op('Mul', [slope, weight], x);
    const bent = recorder.op('Tanh', [mean], x);
    const whole = recorder.finish({
      weighted,
      bent,
      quotient: recorder.op('Div', [bent, weight], x),
      wider: recorder.op('Mul', [recorder.op('Tanh', [weight], floats()), x], x),
    });
    const graph = simplify(scalarFactorsJoined(simplify(whole)));
    const wide = graph.nodes.filter(({ outputs }) => outputs[0]?.shape.length === 2);
    expect(wide.map(({ operator }) => operator).sort()).toEqual([
      'Div',
      'Expand',
      'Mul',
      'Mul',
      'Tanh',
    ]);
    const inputs = { x: [1, -2, 3, -4], weight: [0.5], total: [8] };
    expect(await runValues(graph, inputs)).toEqual(await runValues(whole, inputs));
  });
});

describe('what suits a provider', () => {
  it('sums columns by products with ones, and nothing else', async () => {
    const recorder = new GraphRecorder();
    const x = recorder.input('x', floats(2, 2, 3));
    const sum = (axes: readonly bigint[], type: ValueType, keepdims: number) =>
      recorder.op(
        'ReduceSum',
        [x, recorder.constant(BigInt64Array.from(axes), counts(axes.length))],
        type,
        { keepdims: int(keepdims) },
      );
    const graph = columnSumsAsProducts(
      recorder.finish({
        leading: sum([1n, 0n], floats(3), 0),
        kept: sum([0n], floats(1, 2, 3), 1),
        last: sum([-1n], floats(2, 2), 0),
        all: sum([0n, 1n, 2n], floats(), 0),
      }),
    );
    expect(operators(graph).filter((operator) => operator === 'MatMul')).toHaveLength(2);
    const given = await runValues(graph, { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] });
    expect(given.leading).toEqual({ shape: [3], values: [18, 22, 26] });
    expect(given.kept).toEqual({ shape: [1, 2, 3], values: [6, 8, 10, 12, 14, 16] });
    expect(given.last?.values).toEqual([3, 12, 21, 30]);
    expect(given.all).toEqual({ shape: [], values: [66] });
  });

  it('splits in small portions', async () => {
    const recorder = new GraphRecorder();
    const lengths = [1, 2, 3, 1, 2, 1, 1, 4];
    const x = recorder.input('x', floats(15));
    const sizes = recorder.constant(BigInt64Array.from(lengths, BigInt), counts(lengths.length));
    const pieces = recorder.ops(
      'Split',
      [x, sizes],
      lengths.map((length) => floats(length)),
      {
        axis: int(0),
      },
    );
    const whole = recorder.finish(pieces);
    const graph = narrowSplits(whole, 2);
    expect(graph.nodes.every(({ outputs }) => outputs.length <= 2)).toBe(true);
    const inputs = { x: Array.from({ length: 15 }, (_, index) => index) };
    expect(await runValues(graph, inputs)).toEqual(await runValues(whole, inputs));
  });
});
