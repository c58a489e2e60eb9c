import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { formatProjectFileJsonSchema } from '../../../server/src/discovery/projectFileJsonSchema.ts';
import { readProjectFile } from '../../../server/src/discovery/readProjectFile.ts';
import { projectFileSchema } from '../../../server/src/model/projectFile.ts';
import { type OptionSchema, optionsOfTask } from '../../../server/src/training/optionSchema.ts';

function onlyProblem(text: string, ruleNames?: readonly string[]) {
  const { problems } = readProjectFile(text, ruleNames);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  if (!problem) throw new Error('there is no problem');
  return { ...problem, at: text.slice(problem.range.start, problem.range.end) };
}

test('a whole file', () => {
  const text = `
config: configs/vae.yaml
logs: [runs]
total: train/loss
terms:
  kl: {metric: train/kl, scale: raw}
run:
  command: ["python3", "train.py", "--config", "{config}"]
  env: {DEBUG: yes}
ablation: {seeds: [0, 1], steps: 200}
rules:
  weak-loss: off
  conflict: {severity: error, window: 30}
`;
  const { project, problems } = readProjectFile(text);
  expect(problems).toEqual([]);
  expect(project).toMatchObject({
    run: { env: { DEBUG: 'yes' } },
    rules: { 'weak-loss': 'off', conflict: { severity: 'error', window: 30 } },
  });
});

test.each(['', '# nothing yet\n', 'terms:\n', 'run:\nrules:\n  conflict:\n'])(
  'a file that is hardly begun is sound: %j',
  (text) => {
    expect(readProjectFile(text)).toMatchObject({ project: {}, problems: [] });
  },
);

describe('a problem stands at its place and names what is right', () => {
  test.each([
    { text: 'confg: a.yaml\n', at: 'confg', says: 'did you mean config?' },
    { text: 'run: {comand: [x], command: [y]}\n', at: 'comand', says: 'did you mean command?' },
    { text: 'colour: red\n', at: 'colour', says: 'known here: config, logs,' },
    { text: 'rules: {conflict: {window: 2}}\n', at: '2', says: 'at least 5' },
    {
      text: 'rules: {conflict: {severity: warn}}\n',
      at: 'warn',
      says: 'must be error, warning, information. Did you mean warning?',
    },
    { text: 'rules: {conflict: 5}\n', at: '5', says: 'must be off or a mapping' },
    { text: 'terms: {kl: {scale: rw}}\n', at: 'rw', says: 'Did you mean raw?' },
    {
      text: 'run: {command: [x], overrides: hydrra}\n',
      at: 'hydrra',
      says: 'Did you mean hydra?',
    },
    { text: 'config: 5\n', at: '5', says: 'config must be a text or a list' },
    { text: 'run: {cwd: src}\n', at: 'run', says: 'run.command is missing' },
    { text: 'run: {command: []}\n', at: '[]', says: 'at least 1 long' },
    { text: 'ablation: {steps: 1.5}\n', at: '1.5', says: 'must be a whole number' },
    { text: 'ablation: {seeds: [0, one]}\n', at: 'one', says: 'must be a number' },
    {
      text: 'ablation: {sets: {a: [{kind: sweeep, weights: {kl: [1]}}]}}\n',
      at: 'sweeep',
      says: 'ablation.sets.a.0.kind must be one of without, only, ',
    },
    {
      text: 'ablation: {sets: {a: [{kind: without, trm: kl, term: kl}]}}\n',
      at: 'trm',
      says: 'There is no key trm; did you mean term?',
    },
    {
      text: 'ablation: {sets: {a: [{kind: search, weights: {kl: [1, x]}, trials: 3}]}}\n',
      at: 'x',
      says: 'must be a number',
    },
    { text: '- a\n', at: '- a\n', says: 'The file must be a mapping' },
    { text: 'ablation: {steps: 0}\n', at: '0', says: 'must be greater than 0' },
    { text: 'total: ""\n', at: '""', says: 'at least 1 letter long' },
    { text: 'run: {command: python t.py}\n', at: 'python t.py', says: 'must be a list' },
  ])('$text', ({ text, at, says }) => {
    const problem = onlyProblem(text);
    expect(problem.at).toBe(at);
    expect(problem.message).toContain(says);
  });

  test('a rule of another name, where the names are given', () => {
    const problem = onlyProblem('rules: {week-loss: off}\n', ['conflict', 'weak-loss']);
    expect(problem).toMatchObject({ at: 'week-loss', severity: 'warning' });
    expect(problem.message).toContain('did you mean weak-loss?');
  });

  test.each([
    { before: 'confg: a.yaml\n', after: 'config: a.yaml\n' },
    {
      before: 'run: {command: [x], env: {GPU: 0}}\n',
      after: 'run: {command: [x], env: {GPU: "0"}}\n',
    },
    { before: 'logs: runs/vae # here\n', after: 'logs: [runs/vae] # here\n' },
  ])('its fix mends it: $before', ({ before, after }) => {
    const [fix] = onlyProblem(before).fixes ?? [];
    expect(fix && applyChanges(before, [fix])).toBe(after);
    expect(readProjectFile(after).problems).toEqual([]);
  });
});

describe('the rest of a file with problems counts', () => {
  test.each([
    { text: 'total: loss\nconfg: a\n', project: { total: 'loss' } },
    { text: 'total: loss\nrun: {cwd: src}\n', project: { total: 'loss' } },
    { text: 'ablation: {seeds: [a], steps: 5}\n', project: { ablation: { steps: 5 } } },
    { text: 'total: 5\nlogs: [runs]\n', project: { logs: ['runs'] } },
    { text: 'total: loss\nrun: {command: python t.py}\n', project: { total: 'loss' } },
    { text: 'total: loss\nlogs: [5, runs, 6]\n', project: { total: 'loss', logs: ['runs'] } },
    { text: 'total: loss\nlogs: [{a: 1}, 6]\n', project: { total: 'loss' } },
    { text: 'total: loss\nlog_patterns: [{files: [1], line: 5}]\n', project: { total: 'loss' } },
    { text: 'rules: {a: {window: 1}, b: off}\nx: 1\n', project: { rules: { a: {}, b: 'off' } } },
  ])('$text', ({ text, project }) => {
    const read = readProjectFile(text);
    expect(read.project).toEqual(project);
    expect(read.problems.length).toBeGreaterThan(0);
  });

  test('what is no YAML gives a problem', () => {
    expect(readProjectFile('total: [\n').problems[0]?.severity).toBe('error');
  });
});

test.each([
  { text: 'logs: [a]\ntotal: loss\nlogs: [b]\n', key: 'logs', project: { logs: ['b'] } },
  { text: 'terms:\n  kl: {metric: a, metric: b}\n', key: 'metric', project: {} },
])('a key that is set twice is told at the later place: $text', ({ text, key, project }) => {
  const { range, severity, message } = onlyProblem(text);
  expect(range.start).toBe(text.lastIndexOf(key));
  expect({ severity, message }).toEqual({
    severity: 'warning',
    message: `${key} is set above already; only this one counts.`,
  });
  expect(readProjectFile(text).project).toMatchObject(project);
});

test('what a merge key brings in may be set again', () => {
  const text = 'terms:\n  a: &a {scale: raw}\n  b: {<<: *a, scale: weighted}\n';
  expect(readProjectFile(text).problems).toEqual([]);
});

test('thousands of wrong keys are told, and what is right counts', () => {
  const keys = Array.from({ length: 2000 }, (_, at) => `wrong${at}: 1\n`).join('');
  const { project, problems } = readProjectFile(`${keys}total: loss\n`);
  expect(problems).toHaveLength(2000);
  expect(project).toEqual({ total: 'loss' });
});

test('every key of the schema says what it is for', () => {
  const schema = optionsOfTask({ configSchema: projectFileSchema });
  expect(undescribed(schema, '')).toEqual([]);
});

function undescribed(schema: OptionSchema, path: string): readonly string[] {
  const { properties = {}, items, additionalProperties: values, anyOf = [] } = schema;
  const inner = [items, values, ...anyOf].filter((each) => typeof each === 'object');
  return [
    ...Object.entries(properties).flatMap(([key, option]) => [
      ...(option.description === undefined ? [`${path}.${key}`] : []),
      ...undescribed(option, `${path}.${key}`),
    ]),
    ...inner.flatMap((each) => undescribed(each, `${path}.*`)),
  ];
}

test('any text is read without an exception', () => {
  const line = fc.constantFrom(
    ...['config: a', 'run:', '  command: x', 'rules:', '  a: off', '- b', 'terms: {a: {b: 1}}'],
    ...['  __proto__: 1', 'ablation: 3', '? [a]', '<<: *x', 'logs: &x [1]', '\tz'],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.join('\n');
      for (const { range } of readProjectFile(text, ['conflict']).problems) {
        expect(range.end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 300 },
  );
});

test('the schema file is what the source generates (node scripts/generate-schema.mts)', () => {
  const file = new URL('../../../schemas/counterweight.schema.json', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(formatProjectFileJsonSchema());
});
