import { describe, expect, test } from 'vitest';

import { findNode } from '../../../server/src/syntax/configTree.ts';
import { yaml } from '../../../server/src/syntax/languages/yaml.ts';
import { nodeAtPath, toPlainData } from '../../../server/src/syntax/toPlainData.ts';

function read(text: string): unknown {
  return toPlainData(yaml.parse(text).root);
}

describe('what PyYAML makes of a scalar', () => {
  test.each<[string, unknown]>([
    ['1', 1],
    ['-3', -3],
    ['+7', 7],
    ['1_000', 1000],
    ['010', 8],
    ['09', '09'],
    ['0_', 0],
    ['0x_', '0x_'],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1.0', 1],
    ['.5', 0.5],
    ['-.5', '-.5'],
    ['1.', 1],
    ['1e-2', '1e-2'],
    ['1.0e-2', 0.01],
    ['1.e-2', 0.01],
    ['1.0e2', '1.0e2'],
    ['1.0e+2', 100],
    ['1E5', '1E5'],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.INF', Number.NEGATIVE_INFINITY],
    ['.nan', Number.NaN],
    ['nan', 'nan'],
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['~', null],
    ['null', null],
    ['2026-01-02', '2026-01-02'],
    ['"1.5"', '1.5'],
    ["'yes'", 'yes'],
    ['!!float 1e-2', 0.01],
    ['!!str 5', '5'],
    ['!!float abc', 'abc'],
    ['!env KL_WEIGHT', null],
    ['!!python/name:math.pi', null],
  ])('%s', (text, value) => {
    expect(read(`key: ${text}\n`)).toEqual({ key: value });
  });

  test.each([
    'defaults:\n  - model\nkl_weight: 1e-6\n',
    'total: $' + '{kl_weight}\nkl_weight: 1e-6\n',
    'model:\n  _target_: vae.Model\nkl_weight: 1e-6\n',
    '# @package _global_\nkl_weight: 1e-6\n',
  ])('a file that shows that it is read by OmegaConf: %j', (text) => {
    expect(read(text)).toHaveProperty('kl_weight', 1e-6);
  });
});

describe('ranges', () => {
  test('a key and its value, with comment, anchor, tag and quotes around', () => {
    const text = "loss:\n  kl: &w 0.5 # small\n  rec: !!float '2'\n";
    const { root } = yaml.parse(text);
    const kl = nodeAtPath(root, ['loss', 'kl']);
    expect(text.slice(kl?.keyRange?.start, kl?.keyRange?.end)).toBe('kl');
    expect(text.slice(kl?.node?.range.start, kl?.node?.range.end)).toBe('0.5');
    const rec = nodeAtPath(root, ['loss', 'rec'])?.node;
    expect(text.slice(rec?.range.start, rec?.range.end)).toBe("'2'");
  });

  test('a byte order mark and Windows line ends shift nothing', () => {
    const text = '\uFEFFa: 1\r\nb: 2\r\n';
    const node = findNode(yaml.parse(text).root, ['b']);
    expect(text.slice(node?.range.start, node?.range.end)).toBe('2');
  });
});

describe('structure', () => {
  test('aliases and merge keys stand for what they name', () => {
    const text =
      'base: &base {kl: 1, rec: 2}\nw: &w 0.5\nmodel:\n  <<: *base\n  kl: 3\n  adv: *w\n';
    expect(read(text)).toMatchObject({ model: { kl: 3, rec: 2, adv: 0.5 } });
    const alias = findNode(yaml.parse(text).root, ['model', 'adv']);
    expect(text.slice(alias?.range.start, alias?.range.end)).toBe('*w');
  });

  test('of several mappings to merge, the first wins', () => {
    const text = 'a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n';
    expect(read(text)).toHaveProperty('c', { x: 1, y: 3 });
  });

  test('a key without a value has none', () => {
    const { root } = yaml.parse('model:\n  kl_weight:\n');
    expect(nodeAtPath(root, ['model', 'kl_weight'])?.node).toBeUndefined();
    expect(toPlainData(root)).toEqual({ model: { kl_weight: null } });
  });

  test('of a key set twice, the last counts and both stand in the tree', () => {
    const { root, problems } = yaml.parse('a: 1\na: 2\n');
    expect(toPlainData(root)).toEqual({ a: 2 });
    expect(root?.kind === 'mapping' && root.entries.length).toBe(2);
    expect(problems).toEqual([]);
  });

  test('the first document with content is the config', () => {
    const { root, problems } = yaml.parse('---\n---\na: 1\n---\nb: 2\n');
    expect(toPlainData(root)).toEqual({ a: 1 });
    expect(problems.map(({ code }) => code)).toEqual(['yaml-documents']);
  });

  test.each(['', '# only a comment\n', '---\n'])('nothing in it: %j', (text) => {
    expect(yaml.parse(text)).toMatchObject({ root: undefined, problems: [] });
  });
});

describe('lines between brackets that stand no further in than the key', () => {
  test('are read as PyYAML reads them, each number where it is', () => {
    const text = `steps: {order: [ # of the ] kind
  {weight: 1, name: "a]"}, {name: 'it''s'},
]}
loss_weight: {
kl: 0.5 }
next: 2
`;
    const { root, problems } = yaml.parse(text);
    expect(problems).toEqual([]);
    expect(toPlainData(root)).toEqual({
      steps: { order: [{ weight: 1, name: 'a]' }, { name: "it's" }] },
      loss_weight: { kl: 0.5 },
      next: 2,
    });
    const range = findNode(root, ['loss_weight', 'kl'])?.range;
    expect(range && text.slice(range.start, range.end)).toBe('0.5');
  });

  test('have an error where they never end', () => {
    expect(yaml.parse('a: [\n1,\n').problems[0]).toMatchObject({ code: 'yaml-syntax' });
  });
});

describe('broken input', () => {
  test('says what is wrong a few times, and not for all that follows', () => {
    expect(yaml.parse(`a: {\n${'b: [1, 2]\n'.repeat(500)}`).problems.length).toBeLessThan(12);
    expect(yaml.parse('- *nowhere\n'.repeat(500)).problems.length).toBeLessThan(12);
  });

  test('gives a problem at the place and the rest of the tree', () => {
    const text = 'a: [1, 2\nb: 3\n';
    const { root, problems } = yaml.parse(text);
    expect(problems[0]).toMatchObject({ severity: 'error', range: { start: 9 } });
    expect(toPlainData(root)).toMatchObject({ b: 3 });
  });

  test('an alias without an anchor', () => {
    const text = 'a: *nowhere\n';
    const [problem] = yaml.parse(text).problems;
    expect(problem?.message).toContain('&nowhere');
    expect(text.slice(problem?.range.start, problem?.range.end)).toBe('*nowhere');
  });

  test('an anchor bomb stays small', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level += 1) {
      const before = `*a${level - 1}`;
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => before).join(', ')}]`);
    }
    const { root, problems } = yaml.parse(lines.join('\n'));
    expect(problems.some(({ message }) => message.includes('repeat too much'))).toBe(true);
    expect(JSON.stringify(toPlainData(root)).length).toBeLessThan(1_000_000);
  });

  test.each(['9'.repeat(100_000), ' '.repeat(100_000)])(
    'a long text that is tagged as a number is soon known to be none',
    (middle) => {
      expect(read(`a: !!float "x${middle}x"\nb: !!float "${middle}x"\n`)).toEqual({
        a: `x${middle}x`,
        b: `${middle}x`,
      });
    },
  );

  test.each(['[', '{a: ', '- '])('thousands of levels of %j', (opening) => {
    expect(yaml.parse(opening.repeat(5000)).problems.length).toBeGreaterThan(0);
  });
});
