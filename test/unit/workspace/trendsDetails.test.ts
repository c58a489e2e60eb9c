import { describe, expect, it } from 'vitest';

import type { CancellationToken } from '../../../server/src/base/cancellation.ts';
import type { DetailRequest, DetailResult } from '../../../server/src/ingest/detailReader.ts';
import type { TrendsDetail, TrendsMessage } from '../../../server/src/protocol/panels/trends.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { BoundRunEvidence } from '../../../server/src/workspace/runEvidence.ts';
import { TrendsDetails } from '../../../server/src/workspace/trendsDetails.ts';

const count = 60_000;
const page = { configUri: 'file:///w/train.yaml', surface: 'tab 1', runId: 'run', pixels: 800 };
const range = { from: 1000, to: 1500 };

function fill(sink: { unit(from: number, to: number): void } & Pick<DetailSink, 'point'>): void {
  for (let step = 0; step < count; step += 1) {
    sink.unit(step, step + 1);
    sink.point('train/kl_loss', step, Number.NaN, Math.sin(step));
  }
}

interface DetailSink {
  point(name: string, step: number, wallTime: number, value: number): void;
}

/** Details of a run whose early points went out of memory; each reading waits for the test. */
class Fixture {
  readonly store = new MetricStore(400_000);
  readonly messages: TrendsDetail[] = [];
  readonly readings: {
    readonly request: DetailRequest;
    readonly token: CancellationToken;
    readonly finish: (result: DetailResult) => void;
  }[] = [];
  readonly details: TrendsDetails;
  readonly evidence: BoundRunEvidence;
  news = 0;

  constructor() {
    const stage = this.store.stage('run', 'log', 'jsonl');
    fill(stage);
    stage.commit();
    const kl = { loss: 'train/kl_loss', confidence: 1, scale: 'raw' as const, because: '' };
    this.evidence = new BoundRunEvidence({
      store: this.store,
      runId: 'run',
      terms: [{ name: 'kl', weight: 1 }],
      binding: { terms: new Map([['kl', kl]]) },
      group: 'all',
    });
    const source = {
      evidence: () => this.evidence,
      restore: (request: DetailRequest, token: CancellationToken) =>
        new Promise<DetailResult>((finish) => this.readings.push({ request, token, finish })),
    };
    const take = (message: TrendsMessage): void => {
      if (message.type === 'detail') this.messages.push(message);
    };
    this.details = new TrendsDetails(source, take, () => {
      this.news += 1;
    });
  }

  /** Does what the reading of the file does. */
  restore(): void {
    for (const dropped of this.store.dropped('run', 'train/kl_loss', range)) {
      const restorer = this.store.restorer('run', 'train/kl_loss', dropped);
      if (restorer) fill(restorer);
    }
  }

  /** The curve of the latest message that says what part the loss has. */
  shares() {
    const charts = this.messages.at(-1)?.charts ?? [];
    return charts.find(({ name }) => name === 'value_share')?.curves[0];
  }

  get states(): readonly string[] {
    return this.messages.map(({ state }) => state);
  }
}

describe('a part of the steps that a page shows', () => {
  it('is answered at once where all of it is in memory', async () => {
    const fixture = new Fixture();
    await fixture.details.show({ ...page, range: { from: count - 100, to: count } });
    expect(fixture.messages).toMatchObject([
      { type: 'detail', surface: 'tab 1', from: count - 100, state: 'complete' },
    ]);
    const [curve] = fixture.messages[0]?.charts[0]?.curves ?? [];
    expect(curve).toMatchObject({ metric: 'loss/kl', reduced: false, count: 100, superseded: [] });
    expect(curve?.values).toHaveLength(100);
    expect(fixture.news).toBe(1);
  });

  it('says that shares are missing where their losses went out of memory first', async () => {
    const fixture = new Fixture();
    fixture.evidence.refresh();
    await fixture.details.show({ ...page, range: { from: count - 100, to: count } });
    expect(fixture.shares()).toMatchObject({ reduced: false, count: 100 });
    const shown = fixture.details.show({ ...page, range });
    expect(fixture.shares()).toMatchObject({ reduced: true, steps: [] });
    expect(fixture.shares()?.count).toBeGreaterThan(range.to - range.from);
    fixture.restore();
    fixture.readings[0]?.finish('exact');
    await shown;
    expect(fixture.shares()).toMatchObject({ reduced: true });
  });

  it('is answered with what there is, and again when the log was read', async () => {
    const fixture = new Fixture();
    const shown = fixture.details.show({ ...page, range });
    expect(fixture.states).toEqual(['reading']);
    expect(fixture.messages[0]?.charts[0]?.curves[0]).toMatchObject({ reduced: true });
    expect(fixture.readings[0]?.request).toEqual({
      runId: 'run',
      names: ['train/kl_loss'],
      ...range,
    });
    fixture.restore();
    fixture.readings[0]?.finish('exact');
    await shown;
    expect(fixture.states).toEqual(['reading', 'complete']);
    const [curve] = fixture.messages[1]?.charts[0]?.curves ?? [];
    expect(curve).toMatchObject({ reduced: false, count: 501 });
    expect(curve?.values).toEqual(Array.from({ length: 501 }, (_, at) => Math.sin(1000 + at)));
  });

  it.each(['too many', 'unavailable'] as const)('says that it is %s', async (result) => {
    const fixture = new Fixture();
    const shown = fixture.details.show({ ...page, range });
    fixture.readings[0]?.finish(result);
    await shown;
    expect(fixture.states).toEqual(['reading', result]);
  });

  it.each([
    [
      'shows another',
      (details: TrendsDetails) => details.show({ ...page, range: { from: 2000, to: 2500 } }),
    ],
    ['shows all steps', (details: TrendsDetails) => details.show(page)],
    ['is closed', async (details: TrendsDetails) => details.close(page.configUri)],
  ])('is wanted no more when the page %s', async (_, act) => {
    const fixture = new Fixture();
    const shown = fixture.details.show({ ...page, range });
    void act(fixture.details);
    expect(fixture.readings[0]?.token.isCancellationRequested).toBe(true);
    fixture.readings[0]?.finish('unavailable');
    await shown;
    expect(fixture.messages.filter(({ from }) => from === range.from)).toHaveLength(1);
  });
});
