import { resolve } from 'node:path';

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import type { Operand } from '../../../server/src/syntax/configTree.ts';
import { findNode, walkEntries, walkScalars } from '../../../server/src/syntax/configTree.ts';
import { replaceNumber } from '../../../server/src/syntax/edit.ts';
import { PythonParser } from '../../../server/src/syntax/languages/python/pythonParser.ts';
import { python } from '../../../server/src/syntax/languages/python.ts';
import { setValues } from '../../../server/src/syntax/setValues.ts';
import { readParserBinaries } from '../../../server/src/workspace/parserBinaries.ts';
import { loadLanguages } from '../../support/loadLanguages.ts';

beforeAll(loadLanguages);

/** The scalars of a program, by the keys that lead to them. */
function valuesOf(text: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    walkScalars(python.parse(text).root).map(({ path, node }) => [path.join('.'), node.value]),
  );
}

describe('values are what Python reads', () => {
  test.each([
    ['1', 1],
    ['1_000', 1000],
    ['0x10', 16],
    ['1e-4', 1e-4],
    ['1_0.5', 10.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.1', -0.1],
    ['+2', 2],
    ['(3)', 3],
    ['True', true],
    ['"a b"', 'a b'],
    ["'it\\'s'", "it's"],
    ['r"\\d"', '\\d'],
    ['"""two\nlines"""', 'two\nlines'],
    ['float("inf")', Number.POSITIVE_INFINITY],
    ['float("-inf")', Number.NEGATIVE_INFINITY],
    ['float("nan")', Number.NaN],
  ])('%s', (text, value) => {
    expect(valuesOf(`x = ${text}\n`)).toEqual({ x: value });
  });

  test.each(['1 / 3', '0.5 * 2', 'y', 'args.y', 'f"{y}"', 'b"y"', '2j', 'None', 'f(2)', '~1'])(
    '%s is left to the program',
    (text) => {
      expect(valuesOf(`x = ${text}\n`)).toEqual({});
    },
  );
});

describe('definitions', () => {
  test.each([
    ['kl_weight = 0.1', { kl_weight: 0.1 }],
    ['a = b = 2', { a: 2, b: 2 }],
    ['a, b = 1, 2.5', { a: 1, b: 2.5 }],
    ['_C.MODEL.W = 1.0\n_C.MODEL.V = 2', { '_C.MODEL.W': 1, '_C.MODEL.V': 2 }],
    ['cfg = dict(a=1)\ncfg.b = 2', { 'cfg.a': 1, 'cfg.b': 2 }],
    [
      'weights = {"kl": 0.1, "deep": [1, {"x": 2}]}',
      {
        'weights.kl': 0.1,
        'weights.deep.0': 1,
        'weights.deep.1.x': 2,
      },
    ],
    ['weights["kl"] = 0.1', { 'weights.kl': 0.1 }],
    [
      "head = dict(loss=dict(type='L1Loss', loss_weight=5.0))",
      {
        'head.loss.type': 'L1Loss',
        'head.loss.loss_weight': 5,
      },
    ],
    [
      'class A:\n  x: float = 1\n  y = field(default=2)\n  z: int = Field(3, description="d")',
      {
        'A.x': 1,
        'A.y': 2,
        'A.z': 3,
      },
    ],
    [
      'class A:\n  def __init__(self, w=1.0, *, v: float = 2):\n    self.u = 3',
      {
        'A.__init__.w': 1,
        'A.__init__.v': 2,
        'A.u': 3,
      },
    ],
    ['def f():\n  if x:\n    w = 1\n  else:\n    for i in y:\n      v = 2', { 'f.w': 1, 'f.v': 2 }],
    ['p.add_argument("-k", "--kl-w", type=float, default="0.5")', { kl_w: 0.5 }],
    ['@click.option("--gamma", default=.9)\ndef f(gamma): pass', { gamma: 0.9 }],
    ['flags.DEFINE_float("beta", 4.0, "help")', { beta: 4 }],
    ['w = config.get("kl_weight", 0.1)', { kl_weight: 0.1 }],
    ['w = getattr(args, "kl_weight", 0.1)', { kl_weight: 0.1 }],
    [
      'net = Sequential(Loss(weight=2), [Loss(weight=3)])',
      {
        'net.0.weight': 2,
        'net.1.0.weight': 3,
      },
    ],
    [
      'model.compile(loss_weights=[1, 0.5])',
      {
        'compile.loss_weights.0': 1,
        'compile.loss_weights.1': 0.5,
      },
    ],
    ['loss = a + f(x, weight=3)', { 'f.weight': 3 }],
  ])('%s', (text, values) => {
    expect(valuesOf(`${text}\n`)).toEqual(values);
  });

  test.each([
    ['w = 1  # of the cycle', 'of the cycle'],
    ['# of the cycle\nw = 1', 'of the cycle'],
    ['class A:\n    w: float = 1\n    """of the cycle"""', 'of the cycle'],
    ['add_argument("--w", default=1, help="of the cycle")', 'of the cycle'],
    ['class A:\n  w: float = field(default=1, metadata={"help": "of the cycle"})', 'of the cycle'],
    ['def f(\n    w=1,  # of the cycle\n    v=2): pass', 'of the cycle'],
    ['v = 2  # of the cycle\nw = 1', undefined],
    ['# of the cycle\n\nw = 1', undefined],
  ])('%s has its note', (text, note) => {
    const entries = walkEntries(python.parse(`${text}\n`).root);
    expect(entries.find(({ entry }) => entry.key === 'w')?.entry.note).toBe(note);
  });
});

describe('sums', () => {
  /** Each addend by its factors, a divisor behind a slash, with the numbers that they lead to. */
  function addendsOf(text: string): readonly string[] {
    return (python.parse(`${text}\n`).sums ?? []).flatMap(({ addends }) =>
      addends.map(({ operands }) => operands.map(describeOperand).join(' ')),
    );
  }

  function describeOperand({ divides, name, value, definition }: Operand): string {
    const node = definition?.node;
    const leadsTo = node?.kind === 'scalar' ? `=${node.text}` : '';
    return `${divides ? '/' : ''}${value ?? name}${leadsTo}`;
  }

  test.each([
    ['loss = a + 0.1 * b', ['a', '0.1 b']],
    ['loss += w * x', ['w x']],
    ['(l1 + self.cfg.kl_w * kl).backward()', ['l1', 'kl_w kl']],
    ['scaler.scale(x); accelerator.backward(a + 2 * b)', ['a', '2 b']],
    ['loss = (a * 2 +\n  # why\n  f.mse_loss(x, y).mean() / 4)', ['a 2', 'mse_loss /4']],
    ['loss = w * (a + 0.1 * b)', ['w ', 'a', '0.1 b']],
    ['loss = -a - 3 * b', ['a', '3 b']],
    ['loss = w * a if w > 0 else 0', ['w a', '0']],
    ['loss = sum(w[k] * l[k] for k in l)', ['w l']],
    ['loss = sum([a, 2 * b])', ['a', '2 b']],
    ['losses = {"kl": 0.1 * kl}', ['0.1 kl']],
    ['def f(): return a + 2 * nn.MSELoss()(b)', ['a', '2 MSELoss']],
    ['x = a + b', []],
    ['LAMBDA = 10\ndef f(): return LAMBDA * g(x)', ['LAMBDA=10 g']],
    ['p.add_argument("--w", default=3)\nloss = opt.w * a', ['w=3 a']],
    [
      'class A:\n  def __init__(self, w=1.0):\n    self.v = w\n  def f(self): return self.v * x',
      ['v=1.0 x'],
    ],
    ['class Args:\n  w: float = 2\nv = args.w\nloss = v * a', ['v=2 a']],
    ['cfg = dict(loss=dict(kl=4))\nloss = cfg.loss["kl"] * a', ['kl=4 a']],
    ['w = args.get("w", 5)\nloss = w * a', ['w=5 a']],
    ['a = b\nb = a\nloss = a * c', ['a c']],
  ])('%s', (text, addends) => {
    expect(addendsOf(text)).toEqual(addends);
  });
});

test('a number is replaced in its place, and a value by its path', () => {
  const text = 'p.add_argument("--w", default=1.0)  # why\nclass A:\n  v: float = 2\n';
  const document = python.parse(text);
  const node = findNode(document.root, ['w']);
  if (node?.kind !== 'scalar') throw new Error('no such option');
  expect(applyChanges(text, [replaceNumber(document, node, 3)])).toBe(text.replace('1.0', '3.0'));
  expect(setValues(document, [{ path: ['A', 'v'], value: 1e-6 }])).toEqual({
    ok: true,
    value: text.replace('2', '1e-06'),
  });
  expect(setValues(document, [{ path: ['A', 'u'], value: 1 }]).ok).toBe(false);
});

describe('a text that is edited', () => {
  const pieces = fc.constantFrom(
    ...['a = 1\n', 'class A:\n', '  x: float = 2\n', 'def f(w=1):\n', '  return a + 0.1 * b\n'],
    ...['"""', "'", '(', ')', '[', '{', '}', ':', '\n', '  ', '#', '\\', '*', '0.1', 'loss += '],
    ...['𝛌', '\u0000', '\uFEFF', '\r\n', '\t', 'if x:\n', '@', 'lambda ', 'f"{', '**', ';'],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 80 }),
  );

  test('has the tree of the same text in one piece', async () => {
    const binaries = await readParserBinaries(resolve('dist'));
    const fresh = new PythonParser();
    const edited = new PythonParser();
    await Promise.all([fresh.load(binaries), edited.load(binaries)]);
    fc.assert(
      fc.property(texts, texts, fc.nat(), pieces, (before, after, at, piece) => {
        const text = `${before}\nkept = 1\n${after}`;
        const start = at % (text.length + 1);
        const next = text.slice(0, start) + piece + text.slice(start);
        edited.parse(text);
        const found = edited.parse(next);
        expect(found?.text).toBe(next);
        // An error may be mended in another way; without one there is one tree only.
        const whole = fresh.parse(next);
        if (JSON.stringify(whole).includes('"ERROR"')) return;
        expect(found?.root).toEqual(whole?.root);
      }),
      { numRuns: 300 },
    );
  });

  test('has the definitions of the same text in one piece', () => {
    const text = 'class A:\n  x = 1\n\ndef f(w=2):\n  return w * loss\n\nz = dict(a=[1, 2])\n';
    for (let at = 0; at <= text.length; at += 1) {
      const next = `${text.slice(0, at)}3${text.slice(at)}`;
      python.parse(text);
      const edited = valuesOf(next);
      // Four other texts, and nothing of this one is known any more.
      for (const other of ['1', '2', '3', '4']) python.parse(other.repeat(500));
      expect(edited).toEqual(valuesOf(next));
    }
  });

  test('deep nesting and long lines do not end it', () => {
    for (const text of ['('.repeat(5000), '['.repeat(5000), `x = ${'a + '.repeat(5000)}b`]) {
      expect(() => python.parse(text)).not.toThrow();
    }
  });
});
