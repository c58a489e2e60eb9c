import { describe, expect, it } from 'vitest';

import {
  chartExactness,
  rangeToAsk,
  reduceTrends,
  shownCurves,
  type TrendsPage,
  withoutDetail,
} from '../../../media/src/panels/trends/state.ts';
import type {
  Curve,
  TrendsDetail,
  TrendsMessage,
  TrendsSnapshot,
} from '../../../server/src/protocol/panels/trends.ts';

const line = (steps: number[]) => ({ steps, values: steps.map((step) => step / 10) });

/** A curve of every so many steps, of which there are more. */
function curve(steps: number[], more: Partial<Curve> = {}): Curve {
  const plain = { metric: 'loss/kl', label: 'kl', color: 0, superseded: [], reduced: true };
  return { ...plain, ...line(steps), count: 1000, ...more };
}

const snapshot: TrendsSnapshot = {
  type: 'snapshot',
  configUri: 'file:///w/train.yaml',
  configName: 'train.yaml',
  runs: [{ id: 'a', name: 'first' }],
  runId: 'a',
  charts: [
    {
      name: 'loss',
      title: 'Loss',
      curves: [curve([0, 100, 200, 300, 400], { superseded: [line([100, 250, 500])] })],
    },
  ],
};

function detail(state: TrendsDetail['state'], part: Partial<Curve> = {}): TrendsDetail {
  const exact = curve([190, 210, 290], { reduced: false, count: 3, ...part });
  const charts = [{ name: 'loss' as const, title: 'Loss', curves: [exact] }];
  const { configUri } = snapshot;
  return {
    type: 'detail',
    configUri,
    runId: 'a',
    surface: 'tab 1',
    from: 150,
    to: 290,
    state,
    charts,
  };
}

function append(steps: number[]): TrendsMessage {
  const points = [{ metric: 'loss/kl', ...line(steps) }];
  return { type: 'append', configUri: snapshot.configUri, runId: 'a', points };
}

function pageAfter(...messages: readonly TrendsMessage[]): TrendsPage {
  const page = messages.reduce<TrendsPage | undefined>(reduceTrends, snapshot);
  if (!page) throw new Error('no state');
  return page;
}

function shownAfter(...messages: readonly TrendsMessage[]): Curve | undefined {
  const page = pageAfter(...messages);
  const [chart] = page.charts;
  return chart && shownCurves(page, chart)[0];
}

describe('a part of the steps', () => {
  it('takes the place of the same part of the whole', () => {
    expect(shownAfter(detail('complete', { superseded: [line([200, 250])] }))).toMatchObject({
      ...line([0, 100, 190, 210, 290, 300, 400]),
      superseded: [line([100]), line([500]), line([200, 250])],
    });
  });

  it('goes with all that was known before when a snapshot comes, or all is shown again', () => {
    expect(pageAfter(detail('complete'), snapshot)).toBe(snapshot);
    expect(withoutDetail(pageAfter(detail('complete')))).toEqual(snapshot);
    expect(withoutDetail(snapshot)).toBe(snapshot);
  });

  it('is not taken for another run', () => {
    expect(reduceTrends(snapshot, { ...detail('complete'), runId: 'b' })).toBe(snapshot);
  });

  it('leaves new points beyond it to the whole', () => {
    const page = pageAfter(detail('complete'), append([401, 402]));
    expect(page.detail?.charts[0]?.curves[0]).toMatchObject({ ...line([190, 210, 290]), count: 3 });
    expect(shownAfter(detail('complete'), append([401, 402]))?.steps.slice(-3)).toEqual([
      400, 401, 402,
    ]);
  });

  it('loses what a new session before it supersedes, and takes what comes into it again', () => {
    const shown = shownAfter(detail('complete'), append([120, 195]));
    expect(shown).toMatchObject({ ...line([0, 100, 120, 195]) });
    expect(shown?.superseded.at(-1)).toEqual(line([190, 210, 290]));
  });
});

describe('rangeToAsk', () => {
  it.each([
    ['nothing while all is shown', pageAfter(), undefined, undefined],
    ['whole steps of what is shown', pageAfter(), [150.5, 280.2] as const, { from: 150, to: 281 }],
    [
      'nothing that is known already',
      pageAfter(detail('complete')),
      [160, 280] as const,
      undefined,
    ],
    [
      'what goes beyond what is known',
      pageAfter(detail('complete')),
      [100, 280] as const,
      { from: 100, to: 280 },
    ],
    [
      'what is known in part only',
      pageAfter(detail('unavailable', { reduced: true })),
      [160, 280] as const,
      { from: 160, to: 280 },
    ],
  ])('asks for %s', (_, page, shown, expected) => {
    expect(rangeToAsk(page, shown)).toEqual(expected);
  });

  it('asks for nothing of curves that are whole', () => {
    const whole = { ...snapshot, charts: [{ ...detail('complete').charts[0] }] };
    expect(rangeToAsk(reduceTrends(undefined, whole as TrendsSnapshot), [1, 5])).toBeUndefined();
  });
});

describe('chartExactness', () => {
  const shown = [160, 280] as const;

  it.each([
    ['all steps', pageAfter(), undefined, 'reduced: 7 points shown of 1,000'],
    ['a part that was not answered yet', pageAfter(), shown, 'reduced: 7 points shown of 1,000'],
    ['a part with all its points', pageAfter(detail('complete')), shown, 'exact'],
    [
      'a part that is being read',
      pageAfter(detail('reading', { reduced: true, count: 90 })),
      shown,
      'reduced: 3 points shown of 90; reading the log again…',
    ],
    [
      'a part that memory has no room for',
      pageAfter(detail('too many', { reduced: true, count: 90 })),
      shown,
      'reduced: 3 points shown of 90; zoom in for more',
    ],
  ])('tells of %s', (_, page, range, expected) => {
    expect(chartExactness(page, 'loss', range).text).toBe(expected);
  });
});
