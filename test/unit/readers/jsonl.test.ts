import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { jsonl } from '../../../server/src/readers/formats/jsonl.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string): ReturnType<typeof readGrowing> {
  return readGrowing(jsonl.createReader(), encode(text));
}

/** Name, step, wall time and value of each point. */
function points(text: string): readonly unknown[] {
  return read(text).points.map(({ name, step, wallTime, value }) => [name, step, wallTime, value]);
}

describe('JSON lines', () => {
  test.each([
    ['{"step":1,"global_step":2,"epoch":3}', 1, ['global_step', 'epoch']],
    ['{"global_step":2,"epoch":3}', 2, ['epoch']],
    ['{"_step":4,"iteration":5}', 4, ['iteration']],
    ['{"iteration":5,"iter":6}', 5, ['iter']],
    ['{"iter":6,"loss":0}', 6, ['loss']],
    ['{"current_steps":7,"epoch":0.5}', 7, ['epoch']],
    ['{"num_updates":8,"loss":0}', 8, ['loss']],
    ['{"epoch":0.25,"loss":0}', 0.25, ['loss']],
    ['{"step":"1","epoch":2,"loss":0}', 2, ['loss']],
    ['{"step":NaN,"epoch":2,"loss":0}', 2, ['step', 'loss']],
    ['{"loss":0}', Number.NaN, ['loss']],
  ])('%s is at step %s', (line, step, names) => {
    const found = read(`${line}\n`).points;
    expect(found.map(({ name }) => name)).toEqual(names);
    for (const point of found) expect(point.step).toBe(step);
  });

  test.each([
    ['{"step":1,"wall_time":10.5,"loss":0}', 10.5],
    ['{"step":1,"_timestamp":11,"loss":0}', 11],
    ['{"step":1,"timestamp":12,"loss":0}', 12],
    ['{"step":1,"timestamp":"2026-01-01T00:00:00","loss":0}', Number.NaN],
  ])('%s is from %s', (line, wallTime) => {
    expect(points(`${line}\n`)).toEqual([['loss', 1, wallTime, 0]]);
  });

  test('do not take the seconds of an iteration for the time of day', () => {
    expect(points('{"step":1,"time":0.5}\n')).toEqual([['time', 1, Number.NaN, 0.5]]);
  });

  test('read the bare words of Python, and leave them alone inside texts', () => {
    const line = '{"step":1,"a":NaN,"b": -Infinity,"note":"NaN, \\"Infinity\\\\","c":Infinity}\n';
    expect(points(line)).toEqual([
      ['a', 1, Number.NaN, Number.NaN],
      ['b', 1, Number.NaN, Number.NEGATIVE_INFINITY],
      ['c', 1, Number.NaN, Number.POSITIVE_INFINITY],
    ]);
    expect(read('{"a":NaNs}\n{"a":"NaN}\n').skipped).toHaveLength(2);
  });

  test('tell the bytes of every line that is not an object', () => {
    const { points: found, skipped } = read('[1]\n\n{"step":1,"é":2}\n{"step":2,\r\n3\n');
    expect(found).toMatchObject([{ name: 'é', unit: [5, 22] }]);
    expect(skipped).toEqual([
      { byteStart: 0, byteEnd: 3, reason: 'not a JSON object' },
      { byteStart: 23, byteEnd: 33, reason: 'not a JSON object' },
      { byteStart: 35, byteEnd: 36, reason: 'not a JSON object' },
    ]);
  });

  test('take nothing from the header of a file of ours', () => {
    expect(points('{"counterweight":1,"terms":["a"],"sharedGroup":"all"}\n')).toEqual([]);
  });

  test('bound what a line may take, alike in one piece and in many', () => {
    const size = 17 * 2 ** 20;
    const bytes = encode(`{"step":1,"a":1}\n${' '.repeat(size)}\n{"step":2,"a":1}\n`);
    const whole = readGrowing(jsonl.createReader(), bytes);
    expect(whole.points.map(({ step }) => step)).toEqual([1, 2]);
    expect(whole.skipped).toEqual([
      { byteStart: 17, byteEnd: 17 + size, reason: 'line longer than 16 MiB' },
    ]);
    expect(readGrowing(jsonl.createReader(), bytes, [2 ** 24 + 100, size])).toEqual(whole);
    const reader = jsonl.createReader();
    expect(reader.read(bytes.subarray(0, size), 0, new RecordingSink())).toBe(size);
  });

  test('survive nesting of any depth', () => {
    const deep = `{"step":1,"a":1,"b":${'{"c":'.repeat(5000)}1${'}'.repeat(5000)}}\n`;
    expect(read(deep).points.map(({ name }) => name)).toEqual(['a']);
  });

  const detr = `{${Array.from({ length: 150 }, (_, at) => `"train_loss_bbox_${at}": 1.09`).join(', ')}`;

  test.each([
    ['one line with a step', 'log.txt', '{"epoch":0,"loss":1}\n'],
    ['numbers without a step', 'stats.jsonl', '{"loss":1,"acc":2}\n{"loss":1,"acc":2}\n'],
    ['a first line longer than the head', 'log.txt', detr],
    ['lines with a few broken ones', 'log.txt', '{"step":1,"a":1}\nKilled\n{"step":2,"a":1}\n'],
  ])('are found in %s', (_, name, text) => {
    expect(detectFormat(name, encode(text).subarray(0, 4096))).toBe(jsonl);
  });

  test.each([
    ['questions', 'question.jsonl', '{"question_id":1,"turns":["Why?","How?"]}\n'],
    ['answers with a step', 'answers.jsonl', `{"step":1,"score":2,"text":"${'x'.repeat(300)}"}\n`],
    ['a long text', 'data.jsonl', `{"id":1,"n":2,"m":3,"text":"${'x'.repeat(5000)}`],
    ['a summary without an end of line', 'metrics.json', '{"step":9,"accuracy":0.9}'],
    ['settings over several lines', 'metrics.json', '{\n  "step": 9,\n  "accuracy": 0.9\n}\n'],
    ['a text', 'log.txt', 'Epoch 1: loss 0.5\n'],
    ['text around one line of JSON', 'log.txt', '{"step":1,"a":2}\nstarting\nloading\nready\n'],
  ])('are not found in %s', (_, name, text) => {
    const head = encode(text).subarray(0, 4096);
    expect(jsonl.detect(name, head)).toBeLessThan(0.5);
    // Another format may need more bytes to tell, but none claims it.
    expect([undefined, 'undecided']).toContain(detectFormat(name, head));
  });
});
