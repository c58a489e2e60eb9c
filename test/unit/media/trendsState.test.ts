import { describe, expect, it } from 'vitest';

import { readChoices } from '../../../media/src/panels/trends/choices.ts';
import {
  isOverfull,
  pointLimit,
  reduceTrends,
  runPicker,
} from '../../../media/src/panels/trends/state.ts';
import {
  type TrendsMessage,
  type TrendsSnapshot,
  trendsMessageSchema,
} from '../../../server/src/protocol/panels/trends.ts';

const curve = {
  metric: 'loss/kl',
  label: 'kl',
  color: 0,
  reduced: false,
  superseded: [],
  count: 3,
};

const snapshot: TrendsSnapshot = {
  type: 'snapshot',
  configUri: 'file:///w/train.yaml',
  configName: 'train.yaml',
  runs: [
    { id: 'b', name: 'second', state: 'running' },
    { id: 'a', name: 'first', state: 'finished' },
  ],
  runId: 'b',
  charts: [
    { name: 'loss', title: 'Loss', curves: [{ ...curve, steps: [0, 1, 2], values: [3, 2, 1] }] },
    { name: 'cos', title: 'Cosine', curves: [] },
  ],
};

function append(steps: number[], values: number[], runId = 'b'): TrendsMessage {
  const points = [{ metric: 'loss/kl', steps, values }];
  return { type: 'append', configUri: snapshot.configUri, runId, points };
}

function lossCurve(message: TrendsMessage) {
  return reduceTrends(snapshot, message)?.charts[0]?.curves[0];
}

describe('reduceTrends', () => {
  it('takes a snapshot as it is', () => {
    expect(reduceTrends(undefined, snapshot)).toBe(snapshot);
  });

  it('appends points to the curve of their metric and leaves the state before untouched', () => {
    expect(lossCurve(append([3, 4], [0.5, Number.NaN]))).toMatchObject({
      steps: [0, 1, 2, 3, 4],
      values: [3, 2, 1, 0.5, Number.NaN],
    });
    expect(snapshot.charts[0]?.curves[0]?.steps).toEqual([0, 1, 2]);
  });

  it('keeps the charts that got nothing', () => {
    const next = reduceTrends(snapshot, append([3], [0]));
    expect(next?.charts[1]).toBe(snapshot.charts[1]);
  });

  it.each([
    ['of another run', append([3], [0], 'a')],
    ['of another config', { ...append([3], [0]), configUri: 'file:///w/other.yaml' }],
  ])('drops points %s', (_, message) => {
    expect(reduceTrends(snapshot, message)).toBe(snapshot);
  });

  it('drops points before any snapshot', () => {
    expect(reduceTrends(undefined, append([3], [0]))).toBeUndefined();
  });

  it('lets a step that goes back begin anew from there and keeps what that superseded apart', () => {
    expect(lossCurve(append([1, 2], [9, 8]))).toEqual({
      ...curve,
      steps: [0, 1, 2],
      values: [3, 9, 8],
      superseded: [{ steps: [0, 1, 2], values: [3, 2, 1] }],
      count: 5,
    });
  });

  it('keeps points at the same step side by side', () => {
    expect(lossCurve(append([2, 2], [9, 8]))).toMatchObject({
      steps: [0, 1, 2, 2, 2],
      values: [3, 2, 1, 9, 8],
      superseded: [],
    });
  });

  it('reads NaN from its string, as messages carry it', () => {
    const wire = {
      type: 'append',
      configUri: snapshot.configUri,
      runId: 'b',
      points: [{ metric: 'loss/kl', steps: [3], values: ['NaN'] }],
    };
    expect(lossCurve(trendsMessageSchema.parse(wire))?.values.at(-1)).toBeNaN();
  });
});

describe('isOverfull', () => {
  it('speaks past the limit of points of a curve', () => {
    const steps = Array.from({ length: pointLimit - 2 }, (_, index) => index + 3);
    expect(isOverfull(snapshot)).toBe(false);
    expect(isOverfull(reduceTrends(snapshot, append(steps, steps)))).toBe(true);
  });
});

describe('runPicker', () => {
  it('follows the newest run until one is picked', () => {
    expect(runPicker(snapshot, '')).toEqual({
      options: [
        { value: '', text: 'Newest: second' },
        { value: 'b', text: 'second' },
        { value: 'a', text: 'first' },
      ],
      value: '',
    });
  });

  it('stays with the run that was picked', () => {
    const picker = runPicker({ ...snapshot, runId: 'a' }, 'a');
    expect(picker).toMatchObject({ options: [{ text: 'Newest run' }, {}, {}], value: 'a' });
  });

  it('lets go of a pick that is not drawn', () => {
    expect(runPicker(snapshot, 'gone').value).toBe('');
  });
});

describe('readChoices', () => {
  it.each([undefined, null, 7, 'text', { charts: 3, picks: [1] }])(
    'reads %j as nothing',
    (value) => {
      expect(readChoices(value)).toEqual({ charts: {}, picks: {} });
    },
  );

  it('keeps what has the form', () => {
    const stored = {
      charts: { loss: { hidden: ['kl', 3], scale: 'log' }, cos: { scale: 'cubic' } },
      picks: { 'file:///a': 'run', 'file:///b': 4 },
    };
    expect(readChoices(stored)).toEqual({
      charts: { loss: { hidden: ['kl'], scale: 'log' }, cos: { hidden: [] } },
      picks: { 'file:///a': 'run' },
    });
  });
});
