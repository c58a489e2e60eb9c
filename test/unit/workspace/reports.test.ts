import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ablationReportSchema } from '../../../server/src/model/ablation.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import {
  exportReport,
  pickMetrics,
  type ReportPlace,
  reportOf,
} from '../../../server/src/workspace/reports.ts';
import { ExperimentFolder } from '../../support/experiments/experimentFolder.ts';
import { type ExperimentSession, taskConfig } from '../../support/experiments/experimentSession.ts';

let folder: ExperimentFolder;
beforeEach(() => {
  folder = new ExperimentFolder();
});
afterEach(() => folder.close());

function open(): { readonly session: ExperimentSession; readonly place: ReportPlace } {
  const session = folder.session();
  return { session, place: { experiments: session.experiments, files: createDiskFiles() } };
}

/** An experiment that is under way, whose runs have logged nothing. */
async function begin(): Promise<{ readonly place: ReportPlace; readonly id: string }> {
  const { session, place } = open();
  const request = { kind: 'set' as const, term: 'render', value: 0.3 };
  const started = await session.start(request, { text: taskConfig });
  if (!started.ok) throw new Error(started.error);
  return { place, id: started.value.id };
}

describe('the metrics of a report', () => {
  test('that are picked come before all others, in their order, until none is picked', async () => {
    const { place, id } = await begin();
    expect((await reportOf(place, id))?.chosenBy).toBe('rules');
    expect(await pickMetrics(place, id, ['ssim', 'psnr', 'ssim'])).toEqual({
      ok: true,
      value: undefined,
    });
    const picked = await reportOf(place, id);
    expect(picked?.chosenBy).toBe('user');
    expect(picked?.rows.map(({ metric, reason }) => [metric, reason])).toEqual([
      ['ssim', 'it was picked in this report'],
      ['psnr', 'it was picked in this report'],
    ]);
    await pickMetrics(place, id, []);
    expect((await reportOf(place, id))?.chosenBy).toBe('rules');
  });

  test('are those of another window too, and of a later one', async () => {
    const { place, id } = await begin();
    const other = open();
    await other.session.open();
    await pickMetrics(other.place, id, ['psnr']);
    expect((await reportOf(place, id))?.rows.map(({ metric }) => metric)).toEqual(['psnr']);
  });

  test('are chosen by their names where the file is damaged', async () => {
    const { place, id } = await begin();
    folder.write(`.counterweight/ablations/${id}/report.json`, '{"schema": 1, "metr');
    expect((await reportOf(place, id))?.chosenBy).toBe('rules');
  });

  test('cannot be picked for an ablation that is not known', async () => {
    const { place } = await begin();
    expect(await pickMetrics(place, 'gone', ['psnr'])).toMatchObject({ ok: false });
    expect(await reportOf(place, 'gone')).toBeUndefined();
  });
});

describe('a report as a document', () => {
  test('is JSON of the form of the schema, NaN and all', async () => {
    const { place, id } = await begin();
    await pickMetrics(place, id, ['psnr']);
    const text = await exportReport(place, id, 'json');
    if (!text.ok) throw new Error(text.error);
    const value: unknown = JSON.parse(text.value);
    expect(value).toMatchObject({ schema: 1, id, chosenBy: 'user' });
    expect(ablationReportSchema.parse(value)).toEqual(await reportOf(place, id));
  });

  test('is Markdown and CSV', async () => {
    const { place, id } = await begin();
    const markdown = await exportReport(place, id, 'markdown');
    expect(markdown).toMatchObject({ value: expect.stringMatching(/^# render = 0\.3/) });
    const csv = await exportReport(place, id, 'csv');
    expect(csv).toMatchObject({ value: expect.stringMatching(/^metric,better,measure,/) });
    expect(await exportReport(place, 'gone', 'csv')).toMatchObject({ ok: false });
  });
});
