import fc from 'fast-check';

import { bytesField, concatenate } from '../../../support/writeEvents.ts';

const names = [
  '_runtime',
  '_step',
  '_timestamp',
  '_type',
  '__proto__',
  'ETA',
  'create_time',
  'current_steps',
  'data',
  'epoch',
  'global_step',
  'index',
  'iter',
  'iteration',
  'key',
  'loss',
  'lr',
  'metric',
  'mode',
  'model_type',
  'num_updates',
  'snapshot_pkl',
  'results',
  'step',
  'time',
  'timestamp',
  'train/loss',
  'train_loss',
  'value',
  'variant',
  'wall_time',
  '',
];

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
);

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value.toFixed(4)),
  fc.constantFrom(
    'nan',
    'inf',
    '-inf',
    'NaN',
    '-Infinity',
    '',
    '1.',
    '.5',
    '+3',
    '007',
    '1e5',
    'NA',
  ),
);

const jsonValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.double().map((value) => String(value)) },
  { weight: 3, arbitrary: fc.integer().map(String) },
  { weight: 2, arbitrary: fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom('null', 'true', '"train"', '"NaN"', '[1, 2.5]', '{}') },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
);

const jsonObject = fc
  .array(fc.tuple(name, jsonValue), { maxLength: 8 })
  .map(
    (pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(', ')}}`,
  );

const cell = fc.oneof(
  { weight: 6, arbitrary: numberText },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"a ""b"" c"', '"1.5"', '"[1, 2]"', '"', '   0.25', '#'),
  },
);

const table = fc
  .tuple(
    fc.array(name, { minLength: 1, maxLength: 6 }),
    fc.array(fc.array(cell, { maxLength: 7 }), { maxLength: 6 }),
    fc.constantFrom(',', '\t', ';', ',   '),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([header, rows, delimiter, lineEnd]) =>
    [header, ...rows].map((cells) => cells.join(delimiter) + lineEnd).join(''),
  );

const consoleWord = fc.oneof(
  { weight: 4, arbitrary: numberText },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'step',
      'iter',
      'epoch',
      'Epoch',
      'loss',
      'train loss',
      'val_loss:',
      'lr:',
      '|',
      '-----',
      '(epoch: 1, iters: 20,',
      'eta: 0:01:02',
      '[ Info ]',
      '[10/100]',
      'train_time:3ms',
      '100%|████| 5/5 [00:01<00:00,  3.2it/s,',
      'num_updates',
      'INFO',
      '2026-01-02 03:04:05,678',
      '\u001b[32m',
      '\r',
      '=',
      ':',
      ',',
    ),
  },
);

const consoleLine = fc
  .tuple(fc.array(consoleWord, { maxLength: 10 }), fc.constantFrom(' ', '', '  ', ': '))
  .map(([words, space]) => words.join(space));

function lines(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([each, lineEnd, isEnded]) => each.join(lineEnd) + (isEnded ? lineEnd : ''));
}

/** Texts of the kinds that the readers of lines know, and of some that are only like them. */
export const logText: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    lines(jsonObject),
    table,
    lines(consoleLine),
    lines(fc.array(jsonObject, { maxLength: 3 }).map((list) => `[${list.join(', ')}]`)),
    lines(
      fc
        .tuple(consoleLine, jsonObject)
        .map(([text, object]) => `${text} | INFO | train | ${object}`),
    ),
    lines(fc.array(numberText, { maxLength: 6 }).map((cells) => cells.join(' '))),
  )
  .map((text) => new TextEncoder().encode(text));

const fieldNumber = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 13, 16, 17, 2 ** 20) },
);

/** A protobuf message of any shape: small field numbers, as the formats have them. */
export const message: fc.Arbitrary<Uint8Array> = fc.letrec<{
  message: Uint8Array;
  field: Uint8Array;
}>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 5, depthIdentifier: 'message' }).map(concatenate),
  field: fc.oneof(
    { depthIdentifier: 'message', maxDepth: 5 },
    fc.uint8Array({ maxLength: 6 }),
    fc
      .tuple(fieldNumber, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
      .map(([field, value]) => Uint8Array.from([...varint(BigInt(field * 8)), ...varint(value)])),
    fc
      .tuple(fieldNumber, fc.uint8Array({ minLength: 4, maxLength: 4 }))
      .map(([field, bytes]) => concatenate([key(field, 5), bytes])),
    fc
      .tuple(fieldNumber, fc.uint8Array({ minLength: 8, maxLength: 8 }))
      .map(([field, bytes]) => concatenate([key(field, 1), bytes])),
    fc
      .tuple(fieldNumber, fc.oneof(name, numberText, jsonObject))
      .map(([field, text]) => bytesField(field, new TextEncoder().encode(text))),
    fc.tuple(fieldNumber, tie('message')).map(([field, contents]) => bytesField(field, contents)),
  ),
})).message;

function key(field: number, wire: number): Uint8Array {
  return Uint8Array.from(varint(BigInt(field * 8 + wire)));
}

function varint(value: bigint): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** Texts around the grammar of numbers. */
export const numberLike: fc.Arbitrary<string> = fc.oneof(
  numberText,
  fc.string({ unit: fc.constantFrom(...'0123456789.eE+-') }),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: -360, max: 330 }))
    .map(([digits, exponent]) => `${digits}e${exponent}`),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.bigInt({ min: 0n, max: 10n ** 20n }))
    .map(([whole, part]) => `${whole}.${part}`),
);
