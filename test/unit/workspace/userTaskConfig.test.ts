import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { type OptionSchema, optionsOfTask } from '../../../server/src/training/optionSchema.ts';
import { outlineUserTask } from '../../../server/src/training/userTask/userTaskConfig.ts';
import { completeConfig } from '../../../server/src/workspace/configCompletion.ts';
import { problemsOf, readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { configHover } from '../../../server/src/workspace/configHover.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { readTaskModule, taskModuleProblems } from '../../../server/src/workspace/taskModule.ts';
import { TaskSchemas } from '../../../server/src/workspace/taskSchemas.ts';
import { parseMarkedText } from '../../support/markers.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const schemas = new TaskSchemas();

function read(fixture: string, path = '/w/train.yaml') {
  const { text, cursor } = parseMarkedText(fixture);
  const file = readConfigFile(`file://${path}`, path, text, undefined);
  return { file, offset: cursor?.offset ?? 0 };
}

function complete(fixture: string): readonly string[] {
  const { file, offset } = read(fixture);
  return completeConfig(file, offset, schemas).map(({ label }) => label);
}

function hover(fixture: string): string {
  const { file, offset } = read(fixture);
  const options = {
    images: false,
    schemas,
    ablationLink: undefined,
    experimentLink: undefined,
  };
  return configHover(file, offset, options)?.markdown.replaceAll('\\', '') ?? '';
}

const head = 'task: ./my-task.ts\nloss_weights: {data: 1, residual: 0.1}\n';

describe('the config of a task of one’s own', () => {
  it('has its loss weights found under the names of the module', () => {
    const { file } = read(head);
    expect(problemsOf(file)).toEqual([]);
    expect(file.terms.map(({ name, weight, path }) => ({ name, weight, path }))).toEqual([
      { name: 'data', weight: 1, path: ['loss_weights', 'data'] },
      { name: 'residual', weight: 0.1, path: ['loss_weights', 'residual'] },
    ]);
  });

  it('has its keys offered and explained', () => {
    expect(complete(`${head}$0\n`)).toEqual(
      expect.arrayContaining(['seed', 'steps', 'options', 'optimizer', 'strategy', 'probe']),
    );
    expect(complete(`${head}strategy: {name: step, term: $0}\n`)).toEqual([
      'null',
      'data',
      'residual',
    ]);
    expect(hover(`${head}opti$0ons: {width: 3}\n`)).toContain('Handed to the module as it stands');
    expect(hover('task: ./a.ts\nloss_weights: {da$0ta: 1}\n')).toContain('Weight of this loss');
    expect(hover(`${head}optimizer: {groups: {net: {weight_d$0ecay: 1}}}\n`)).toContain(
      'For this group',
    );
  });

  it.each([
    ['stepps: 3', 'stepps is not a key of this task; did you mean steps? Known here are task,'],
    ['strategy: {name: step, term: dta}', 'the losses of this task are data, residual, not dta.'],
    ['optimizer: {groups: {net: {rate: 1}}}', 'optimizer.groups.net.rate is not a key'],
    ['options: wide', 'options is "wide": it must be a mapping.'],
  ])('has %s marked', (line, message) => {
    const { file } = read(`${head}${line}\n`);
    expect(
      problemsOf(file)
        .map((problem) => problem.message)
        .join(),
    ).toContain(message);
  });

  it('has an ending marked that Node.js does not load as a module', () => {
    const { file } = read('task: ./my-task.cts\nloss_weights: {data: 1}\n');
    expect(problemsOf(file)[0]?.message).toBe(
      'task is ./my-task.cts; the module of a task ends in .ts, .mts, .mjs, .js.',
    );
    expect(problemsOf(read('task: src/segment.py\nloss_weights: {data: 1}\n').file)).toEqual([]);
  });
});

describe('examples/user-task/train.yaml', () => {
  const keysOf = (schema: OptionSchema): readonly string[] => {
    const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
    const inner = alternatives.some(({ type }) => type === 'string') ? [] : alternatives;
    const own = Object.entries(schema.properties ?? {});
    const { additionalProperties: below } = schema;
    return [
      ...own.flatMap(([key, value]) => [key, ...keysOf(value)]),
      ...inner.flatMap(keysOf),
      ...(typeof below === 'object' ? keysOf(below) : []),
    ];
  };

  it('has no problem, and explains every key', () => {
    const text = readFileSync(
      new URL('../../../examples/user-task/train.yaml', import.meta.url),
      'utf8',
    );
    expect(problemsOf(readConfigFile('', '/w/train.yaml', text, undefined))).toEqual([]);
    const keys = keysOf(optionsOfTask(outlineUserTask(undefined)));
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !text.includes(`${key}:`))).toEqual([]);
  });
});

describe('the module on disk', () => {
  let folder: TemporaryWorkspace;
  beforeEach(() => {
    folder = new TemporaryWorkspace({ 'my-task.ts': 'export const terms = {};\n' });
  });
  afterEach(() => folder[Symbol.dispose]());

  const files = createDiskFiles();

  it('is read where the config says it lies', async () => {
    const path = folder.path('configs/train.yaml');
    expect(await readTaskModule(files, path, 'task: ../my-task.ts\n')).toEqual({
      ok: true,
      value: { path: folder.path('my-task.ts'), text: 'export const terms = {};\n' },
    });
    expect(await readTaskModule(files, path, 'task: flow-edit\n')).toMatchObject({
      ok: true,
      value: undefined,
    });
  });

  it('is a problem of the config where it is not there, with the nearest name', async () => {
    const text = 'task: ./my-tsk.ts\nloss_weights: {data: 1}\n';
    const file = readConfigFile('', folder.path('train.yaml'), text, undefined);
    const problems = await taskModuleProblems(files, file);
    expect(problems.map(({ message }) => message)).toEqual([
      `task: there is no file ${folder.path('my-tsk.ts')}. Did you mean my-task.ts?`,
    ]);
    const fixes = problems.flatMap(({ fixes: [fix] = [] }) => fix ?? []);
    expect(applyChanges(text, fixes)).toBe('task: ./my-task.ts\nloss_weights: {data: 1}\n');
  });

  it('is written by a command where nothing is near', async () => {
    const file = readConfigFile('', folder.path('train.yaml'), 'task: ./poisson.ts\n', undefined);
    const [problem] = await taskModuleProblems(files, file);
    expect(problem?.message).toContain('"Counterweight: New Training Task…" writes one');
  });
});
