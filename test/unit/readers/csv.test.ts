import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { csv } from '../../../server/src/readers/formats/csv.ts';
import { mlflow } from '../../../server/src/readers/formats/mlflow.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string, sizes: readonly number[] = []): ReturnType<typeof readGrowing> {
  return readGrowing(csv.createReader(), encode(text), sizes);
}

function points(text: string): readonly unknown[] {
  return read(text).points.map(({ name, step, value }) => [name, step, value]);
}

function reasons(text: string): readonly string[] {
  return read(text).skipped.map(({ reason }) => reason);
}

function detected(name: string, text: string): unknown {
  return detectFormat(name, encode(text).subarray(0, 4096));
}

/** A table whose row is made from its index. */
function table(header: string, count: number, row: (index: number) => string): string {
  return `${header}\n${Array.from({ length: count }, (_, index) => `${row(index)}\n`).join('')}`;
}

describe('tables', () => {
  test.each([
    ['step,global_step,epoch,loss', 0],
    ['epoch,loss,Global Step', 2],
    ['epoch,TimestepsSoFar', 1],
    ['time/iterations,time/total_timesteps', 1],
    ['Epoch,TotalEnvInteracts', 1],
    ['training_iteration,timesteps_total', 1],
    ['steps,epoch', 1],
    ['iter,num_updates', 0],
    [',loss', 0],
    ['a,b', -1],
  ])('take the step of %s from column %i', (header, column) => {
    const count = header.split(',').length;
    const row = Array.from({ length: count }, (_, index) => 10 + index).join(',');
    const { points: found } = read(`${header}\n${row}\n`);
    expect(found.map(({ step }) => step)).toEqual(
      Array(column < 0 ? count : count - 1).fill(column < 0 ? Number.NaN : 10 + column),
    );
  });

  test.each([
    ['1e-05', 1e-5],
    [' 0.30000000000000004 ', 0.30000000000000004],
    ['"2.5"', 2.5],
    ['" 2.5 "', 2.5],
    ['5.', 5],
    ['.5', 0.5],
    ['+1E+3', 1000],
    ['007', 7],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['INF', Number.POSITIVE_INFINITY],
    ['-0', -0],
    ['5.9604644775390625e-08', 2 ** -24],
  ])('read the cell %j as %d', (cell, value) => {
    expect(points(`step,loss\n1,${cell}\n`)).toEqual([['loss', 1, value]]);
    expect(points(`step;loss;x\r\n1;${cell};\r\n`)).toEqual([['loss', 1, value]]);
  });

  test.each([
    'NA',
    'True',
    '1_000',
    '0x10',
    '12%',
    '0:11:56',
    '1e',
    '"[1, 2]"',
    'nano',
    '-',
    '1 2',
  ])('ignore the cell %s', (cell) => {
    expect(read(`step,loss,x\n1,${cell},2\n`)).toMatchObject({
      points: [{ name: 'x', step: 1, value: 2 }],
      skipped: [],
    });
  });

  test('give the bytes of each row, without its line end', () => {
    const { points: found } = read('\uFEFFstep,loss\r\n1,2\r\n\r\n2,3');
    expect(found.map(({ unit }) => unit)).toEqual([
      [14, 17],
      [21, 24],
    ]);
  });

  test('keep the time of day out of the metrics, in seconds', () => {
    const { points: found } = read('timestamp\tstep\ta\n1700000000500\t1\t2\n1700000001\t2\t3\n');
    expect(found.map(({ name, wallTime }) => [name, wallTime])).toEqual([
      ['a', 1_700_000_000.5],
      ['a', 1_700_000_001],
    ]);
  });

  test('wait for the rest of a last row that has too few cells', () => {
    expect(points('epoch,loss,acc\n0,1,2\n1,0.5')).toHaveLength(2);
    expect(points('epoch,loss,acc\n0,1,2\n1,0.5,3')).toHaveLength(4);
    expect(points('epoch,loss,acc\n0,1,2\nepoch,loss,acc')).toHaveLength(2);
  });

  test('hold a last row without its line end back until the file has ended', () => {
    const reader = csv.createReader();
    const sink = new RecordingSink();
    const bytes = encode('epoch,loss\n0,1.5\n1,0');
    expect(reader.read(bytes, 0, sink)).toBe(17);
    expect(reader.readIdleTail(bytes.subarray(17), 17, sink, 'paused')).toBe(0);
    expect(reader.readIdleTail(bytes.subarray(17), 17, sink, 'ended')).toBe(3);
    expect(sink.recording.points.map(({ step, value }) => [step, value])).toEqual([
      [0, 1.5],
      [1, 0],
    ]);
  });

  test('leave out rows that cannot be trusted, and say why', () => {
    expect(reasons('step,loss\n1,2\n1,0.2,0.5\n')).toEqual(['more cells than columns']);
    expect(reasons('step,loss\n1,2\nmean,3\n')).toEqual(['no number in the column of the step']);
    expect(reasons('loss,step\n1,2\n3\n')).toEqual(['not a row of the table']);
    expect(reasons('step,loss\n1,2,,\n,,\n\n')).toEqual([]);
  });

  test('take a header with other columns in the middle of the file', () => {
    expect(points('epoch,loss\n0,1\nepoch,lr,loss\n1,0.1,2\nepoch,lr,loss\n0,3,4\n')).toEqual([
      ['loss', 0, 1],
      ['lr', 1, 0.1],
      ['loss', 1, 2],
      ['lr', 0, 3],
      ['loss', 0, 4],
    ]);
  });

  test('lose one line to a quote without an end, in one piece and in many', () => {
    const rows = table('step,loss,note', 60_000, (index) => `${index},0.5,long enough a note`);
    const text = `step,loss,note\n1,2,"open\n${rows}`;
    const whole = read(text);
    expect(whole.skipped).toEqual([{ byteStart: 15, byteEnd: 24, reason: 'quote without an end' }]);
    expect(whole.points).toHaveLength(60_000);
    expect(read(text, [20, 1000, 2 ** 20, 2 ** 20 + 20, text.length - 5])).toEqual(whole);
    expect(read('step,loss\n1,"2\n2,3\n3,4\n').points).toHaveLength(2);
  });

  test('take time in proportion to their size where quotes open anew on every line', () => {
    const text = table('step,a,b', 60_000, () => 'x"y,"z');
    expect(read(text).skipped.length).toBeGreaterThan(50_000);
  });

  test('bound what a row may take', () => {
    const text = `step,loss\n${'1'.repeat(2 ** 20)}\n2,3\n`;
    const whole = read(text);
    expect(whole.skipped).toMatchObject([{ byteStart: 10, reason: 'row longer than 1 MiB' }]);
    expect(whole.points).toHaveLength(1);
    expect(read(text, [2 ** 20 + 5, 2 ** 20 + 11])).toEqual(whole);
  });

  test('survive thousands of damaged files, whole or in pieces alike', () => {
    const bytes = csv.examples.map((example) => example.bytes());
    const piece = fc.constantFrom(...'",;\t\n\r#0 1.5e-n', 'step,loss\n', '""');
    const edits = fc.array(fc.tuple(fc.nat(300), fc.nat(20), piece), { maxLength: 5 });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), edits, fc.nat(300), (index, changes, cut) => {
        let text = Buffer.from(bytes[index] ?? []).toString('latin1');
        for (const [at, length, put] of changes) {
          text = text.slice(0, at) + put + text.slice(at + length);
        }
        const damaged = Uint8Array.from(Buffer.from(text, 'latin1'));
        const whole = readGrowing(csv.createReader(), damaged);
        const sizes = [cut, cut + 1, cut + 7].filter((size) => size <= damaged.length);
        expect(readGrowing(csv.createReader(), damaged, sizes)).toEqual(whole);
        expect(csv.detect('a.csv', damaged)).not.toBeGreaterThan(1);
      }),
      { numRuns: 4000 },
    );
  });
});

describe('tables are found', () => {
  test.each([
    ['log.csv', 'epoch,loss\n0,1\n'],
    ['a.csv', 'Step,run - eval/loss\n1,2\n'],
    ['b.csv', table('step,x,y', 50, (index) => `${index},1,2`)],
    ['c.csv', table('epoch,batch,loss', 200, (index) => `0,${index},2`)],
    ['d.csv', table(',loss,val_loss', 20, (index) => `${index},1,2`)],
    ['e.csv', table('epoch,loss', 20, (index) => `${index % 10},0.5`)],
    [
      'metrics.csv',
      `${Array.from({ length: 300 }, (_, at) => `train_loss_term_${at}`).join(',')},step\n`,
    ],
  ])('in %s', (name, text) => {
    expect(detected(name, text)).toBe(csv);
  });

  test.each([
    ['no step', table('id,age,score', 30, (index) => `${index},40,${index}`)],
    ['PaySim', table('step,type,amount,name,dest', 90, (index) => `1,PAY,${index},C1,M2`)],
    ['one step', table('step,amount,balance', 90, (index) => `1,${index},3`)],
    ['times', table('epoch,temperature,score', 30, (index) => `${1_600_000_000 + index},20,1`)],
    ['steps of a day', table('date,steps,grade', 30, (i) => `2020-01-${i},${(i * 7919) % 9000},x`)],
    ['a shuffled step', table('step,loss', 60, (index) => `${(index * 37) % 61},0.5`)],
    ['texts', table('step,text,loss', 9, (index) => `${index},"${'word '.repeat(60)}",1`)],
    ['prose', 'At each step, we take the loss, and so on.\nIt falls.\n'],
    ['labels', table('epoch,stage', 30, (index) => `${index},REM`)],
    ['features', table('Epoch,x,y', 30, (index) => `${index},1,2`)],
  ])('but not in a data set: %s', (_, text) => {
    expect(csv.detect('data.csv', encode(text).subarray(0, 4096))).toBeLessThan(0.5);
  });
});

describe('files of the MLflow store', () => {
  const line = '1664364007310 0.5 3\n';

  test.each([
    ['/a/mlruns/0/0123456789abcdef0123456789abcdef/metrics/val/metrics/loss', 'val/metrics/loss'],
    ['C:\\mlruns\\0\\run\\metrics\\loss', 'loss'],
    ['loss', 'loss'],
    [undefined, 'value'],
  ])('name the metric of %s', (path, name) => {
    const { points: found } = readGrowing(mlflow.createReader(path), encode(line));
    expect(found).toMatchObject([{ name, step: 3, wallTime: 1_664_364_007.31, value: 0.5 }]);
  });

  test.each(['', '1', '1664364007310 ', '1664364007310 x 1', '1664364007310 1 x', 'a 1 2'])(
    'say that %j is no point',
    (text) => {
      const { points: found, skipped } = readGrowing(mlflow.createReader(), encode(`${text}\n`));
      expect(found).toEqual([]);
      expect(skipped).toHaveLength(text === '' ? 0 : 1);
    },
  );

  test.each([
    ['poses.txt', '1403636579 4.6 -1.7 0.7 0.1 0.2 0.3\n'],
    ['ratings.txt', '1564364007 4\n1564364008 5\n'],
    ['nanoseconds', '1403636579763555584 3.5 1\n'],
    ['numbers', '1 2 3\n4 5 6\n'],
  ])('are not found in %s', (name, text) => {
    expect(mlflow.detect(name, encode(text))).toBeLessThan(0.5);
  });
});
