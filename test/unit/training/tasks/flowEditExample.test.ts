import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../server/src/syntax/registry.ts';
import { setValues } from '../../../../server/src/syntax/setValues.ts';
import { toPlainData } from '../../../../server/src/syntax/toPlainData.ts';
import { readTrainingConfig } from '../../../../server/src/trainHost/readConfig.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { problemsOf, readConfigFile } from '../../../../server/src/workspace/configFile.ts';
import { trainSmall } from '../support/flowEditSetup.ts';

const text = readFileSync(
  new URL('../../../../examples/flow-edit/train.yaml', import.meta.url),
  'utf8',
);

describe('the example of flow-edit', () => {
  it('is read without a problem and shows the two weights alone as terms', () => {
    const file = readConfigFile('file:///train.yaml', '/train.yaml', text, undefined);
    const { terms } = file;
    expect(problemsOf(file)).toEqual([]);
    expect(terms.map(({ name, weight }) => [name, weight])).toEqual([
      ['velocity', 1],
      ['render', 0.6],
    ]);
  });

  it('is better than at its start after a tenth of its steps, with smaller nets', async () => {
    const train = async (steps: number) =>
      (await trainSmall({ steps, width: 32, batchSize: 64, renderWeight: 0.6 })).lines.at(-1);
    const [early, late] = [await train(1), await train(90)];
    // 11.4 dB and 1.04 at the start; at 90 steps 15.2 dB and 0.14 were seen.
    expect(Number(late?.psnr)).toBeGreaterThan(Number(early?.psnr) + 3);
    expect(Number(late?.['flow/nmse'])).toBeLessThan(0.25);
  });

  it.each(flowEdit.ablations ?? [])('can be varied by the experiment $name', ({ variants }) => {
    const document = parseConfig('train.yaml', text);
    if (!document) throw new Error('YAML is read');
    const own = readTrainingConfig('train.yaml', text);
    for (const { label, changes } of variants) {
      const varied = setValues(document, changes);
      const read = varied.ok ? readTrainingConfig('train.yaml', varied.value) : varied;
      expect(read, label).toMatchObject({ ok: true });
      expect(read, label).not.toEqual(own);
    }
  });

  it('spells out every key', () => {
    const written = toPlainData(parseConfig('train.yaml', text)?.root);
    const missing = missingKeys(flowEdit.configSchema.parse(written), written);
    // The optimizer's further keys stand in a comment.
    expect(missing.filter((key) => !key.startsWith('optimizer.'))).toEqual([
      'learning_rate_schedule.milestones',
      'learning_rate_schedule.gamma',
    ]);
  });
});

/** Keys of the completed config that are not written, dotted; names with options count as written. */
function missingKeys(completed: object, written: unknown): readonly string[] {
  return Object.entries(completed).flatMap(([key, value]) => {
    const own: unknown = Reflect.get(Object(written), key);
    if (own === undefined) return [key];
    if (typeof own !== 'object' || own === null) return [];
    return missingKeys(value, own).map((inner) => `${key}.${inner}`);
  });
}
