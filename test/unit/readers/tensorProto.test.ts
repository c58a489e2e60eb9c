import { describe, expect, test } from 'vitest';

import { decodeScalarTensor } from '../../../server/src/readers/tensorProto.ts';
import {
  bytesField,
  concatenate,
  doubleField,
  floatField,
  varintField,
} from '../../support/writeEvents.ts';

const type = { float: 1, double: 2, int32: 3, uint8: 4, int8: 6, text: 7, int64: 9, bool: 10 };
const scalar = bytesField(2, new Uint8Array());

function tensor(dataType: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatenate([varintField(1, dataType), scalar, ...parts]);
}

function content(values: ArrayBufferView): Uint8Array {
  return bytesField(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function shaped(...sizes: readonly number[]): Uint8Array {
  const dimensions = sizes.map((size) => bytesField(2, varintField(1, size)));
  return bytesField(2, concatenate(dimensions));
}

describe('decodeScalarTensor', () => {
  test.each([
    ['float content', tensor(type.float, content(Float32Array.of(0.5))), 0.5],
    ['double content', tensor(type.double, content(Float64Array.of(0.1))), 0.1],
    ['int32 content', tensor(type.int32, content(Int32Array.of(-7))), -7],
    ['uint8 content', tensor(type.uint8, content(Uint8Array.of(200))), 200],
    ['int8 content', tensor(type.int8, content(Int8Array.of(-2))), -2],
    ['int64 content', tensor(type.int64, content(BigInt64Array.of(-5n))), -5],
    ['bool content', tensor(type.bool, content(Uint8Array.of(1))), 1],
    ['bfloat16 content', tensor(14, content(Uint16Array.of(0x3fc0))), 1.5],
    ['uint16 content', tensor(17, content(Uint16Array.of(40000))), 40000],
    ['half content', tensor(19, content(Uint16Array.of(0x3e00))), 1.5],
    ['smallest half', tensor(19, content(Uint16Array.of(0x8001))), -(2 ** -24)],
    ['infinite half', tensor(19, content(Uint16Array.of(0xfc00))), Number.NEGATIVE_INFINITY],
    ['half that is no number', tensor(19, content(Uint16Array.of(0x7e00))), Number.NaN],
    ['uint32 content', tensor(22, content(Uint32Array.of(4e9))), 4e9],
    ['uint64 content', tensor(23, content(BigUint64Array.of(9n))), 9],
    ['float list', tensor(type.float, floatField(5, 0.25)), 0.25],
    [
      'packed float list',
      tensor(type.float, bytesField(5, new Uint8Array(Float32Array.of(0.25).buffer))),
      0.25,
    ],
    ['double list', tensor(type.double, doubleField(6, 0.1)), 0.1],
    ['packed int list', tensor(type.int32, bytesField(7, Uint8Array.of(5))), 5],
    ['negative int list', tensor(type.int64, varintField(10, -3)), -3],
    ['bool list', tensor(type.bool, varintField(11, 1)), 1],
    ['bfloat16 list', tensor(14, varintField(13, 0x3fc0)), 1.5],
    ['empty list, which means the default', tensor(type.double), 0],
    ['one number in a shape', concatenate([varintField(1, 3), shaped(1, 1), varintField(7, 4)]), 4],
  ])('reads a number from %s', (_, bytes, expected) => {
    expect(decodeScalarTensor(bytes)).toBe(expected);
  });

  test.each([
    ['text', tensor(type.text, bytesField(8, Uint8Array.of(65)))],
    ['several numbers', concatenate([varintField(1, 1), shaped(2), floatField(5, 1)])],
    ['no numbers', concatenate([varintField(1, 1), shaped(0)])],
    ['content of another width', tensor(type.double, content(Float32Array.of(1)))],
    ['no type', scalar],
    ['torn bytes', tensor(type.float, content(Float32Array.of(1))).subarray(0, 7)],
  ])('is undefined for %s', (_, bytes) => {
    expect(decodeScalarTensor(bytes)).toBeUndefined();
  });
});
