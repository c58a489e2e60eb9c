import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { type OptionSchema, optionsOfTask } from '../../../server/src/training/optionSchema.ts';
import { taskConfigProblems } from '../../../server/src/training/taskConfig.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

/**
 * The keys of a task's own mappings. What may also be written as one word, such as a strategy, has
 * options that its hover explains.
 */
function keysOf(schema: OptionSchema): readonly string[] {
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (alternatives.length > 0) {
    const named = alternatives.some(({ type }) => type === 'string');
    return named ? [] : alternatives.flatMap(keysOf);
  }
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [key, ...keysOf(value)]);
}

describe.each(tasks.map((task) => [task.name, task] as const))('examples/%s', (name, task) => {
  const configs = readdirSync(`${examples}/${name}`).filter((file) => file.endsWith('.yaml'));

  it.each(configs)('%s is a config that the task takes as it stands', (file) => {
    const text = readFileSync(`${examples}/${name}/${file}`, 'utf8');
    const document = parseConfig(file, text);
    expect(document && taskConfigProblems(document)).toEqual([]);
    expect(text).toContain(`task: ${name}`);
  });

  it('train.yaml explains every key', () => {
    const text = readFileSync(`${examples}/${name}/train.yaml`, 'utf8');
    const missing = keysOf(optionsOfTask(task)).filter(
      (key) => !new RegExp(`\\b${key.replaceAll('-', '\\-')}\\b`).test(text),
    );
    expect([...new Set(missing)]).toEqual([]);
  });
});
