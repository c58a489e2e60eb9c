import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import {
  freeTaskName,
  taskFiles,
  taskNameProblem,
} from '../../../extension/src/taskTemplate/taskFiles.ts';
import { taskTypes } from '../../../extension/src/taskTemplate/taskTypes.ts';
import { problemsOf, readConfigFile } from '../../../server/src/workspace/configFile.ts';

describe('a new task', () => {
  it('comes with its types and a config that has no problem', () => {
    const files = taskFiles('my-task.ts', []);
    expect(files.map(({ name }) => name)).toEqual([
      'counterweight-task.d.ts',
      'my-task.ts',
      'train.yaml',
    ]);
    const config = files.find(({ name }) => name === 'train.yaml')?.text ?? '';
    const read = readConfigFile('', '/w/train.yaml', config, undefined);
    expect(problemsOf(read)).toEqual([]);
    expect(read.terms.map(({ name }) => name)).toEqual(['fit', 'smooth']);
    expect(config).toContain('task: ./my-task.ts');
  });

  it('takes the place of nothing', () => {
    const names = (existing: readonly string[]) =>
      taskFiles('wave.mts', existing).map(({ name }) => name);
    expect(names(['train.yaml', 'counterweight-task.d.ts'])).toEqual(['wave.mts', 'wave.yaml']);
    expect(names(['train.yaml', 'wave.yaml'])).toEqual(['counterweight-task.d.ts', 'wave.mts']);
    expect(freeTaskName(['my-task.ts', 'my-task-2.ts'])).toBe('my-task-3.ts');
  });

  it.each(['my-task', 'a/b.ts', 'task.js', 'types.d.ts', '', '.ts'])('is not called %s', (name) => {
    expect(taskNameProblem(name, [])).toBe(
      'The name of a file in this folder that ends in .ts or .mts, such as my-task.ts.',
    );
  });

  it('is not called as another file', () => {
    expect(taskNameProblem('my-task.ts', ['my-task.ts'])).toBe(
      'my-task.ts is there already; take another name.',
    );
    expect(taskNameProblem('my-task.ts', ['train.yaml'])).toBeUndefined();
  });

  it('has the types that the example has', () => {
    const path = new URL('../../../examples/user-task/counterweight-task.d.ts', import.meta.url);
    expect(taskTypes).toBe(readFileSync(path, 'utf8'));
  });
});
