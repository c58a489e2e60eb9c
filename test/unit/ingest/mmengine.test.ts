import { afterEach, expect, test } from 'vitest';

import { IngestFixture } from '../../support/ingestFixture.ts';

const line = (step: number, loss: number) => `${JSON.stringify({ loss, epoch: 1, step })}\n`;
const text = line(50, 2.5) + line(100, 1.5);
const steps = [
  [50, 2.5],
  [100, 1.5],
];
const fixtures: IngestFixture[] = [];

function open(files: readonly string[]): IngestFixture {
  const fixture = new IngestFixture();
  fixtures.push(fixture);
  for (const file of files) fixture.folder.write(file, text);
  return fixture;
}

afterEach(() => {
  for (const fixture of fixtures.splice(0)) fixture.dispose();
});

test.each([
  ['both copies', ['vis_data/20230401_120000.json', 'vis_data/scalars.json']],
  ['the first copy alone', ['vis_data/scalars.json']],
  ['the second copy alone', ['vis_data/20230401_120000.json']],
])('a run of mmengine with %s has every point once', async (_, files) => {
  const fixture = open(files);
  await fixture.watch();
  const runs = fixture.loop.runs();
  expect(runs).toHaveLength(1);
  expect(fixture.points(runs[0]?.id ?? '', 'loss')).toEqual(steps);
});

test('files of mmengine that were passed on are a run each', async () => {
  const fixture = open(['zoo/a_20230401_120000.json', 'zoo/b_20230402_120000.json']);
  await fixture.watch();
  const runs = fixture.loop.runs();
  expect(runs.map(({ id }) => fixture.points(id, 'loss'))).toEqual([steps, steps]);
});
