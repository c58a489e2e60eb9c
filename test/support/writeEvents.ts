import { maskedCrc32c } from '../../server/src/readers/crc32c.ts';

/** One `tensorflow.Event` to write; what is left out is left out of the bytes, as protobuf does. */
export interface EventToWrite {
  /** Seconds since the Unix epoch. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  /** Values by tag as `simple_value` (float32), the way of TensorFlow 1 and PyTorch. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Values by tag as float tensors of the plugin `scalars`, the way of TensorFlow 2 and Keras. */
  readonly tensors?: Readonly<Record<string, number>>;
  /** Already encoded `Summary.Value` messages. */
  readonly values?: readonly Uint8Array[];
  /** Writes the mark of a restarted writer. */
  readonly sessionStart?: boolean;
  /** An encoded graph: bulk that readers pass over. */
  readonly graph?: Uint8Array;
}

/** A whole event file: the version record and then the given events. */
export function writeEventFile(events: readonly EventToWrite[]): Uint8Array {
  const first = { wallTime: events[0]?.wallTime ?? 0, fileVersion: 'brain.Event:2' };
  return concatenate([first, ...events].map((event) => writeRecord(encodeEvent(event))));
}

/** The bytes of one more event, to append to an event file. */
export function writeEvent(event: EventToWrite): Uint8Array {
  return writeRecord(encodeEvent(event));
}

/** A TFRecord frame around the data. */
export function writeRecord(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(12 + data.length + 4);
  const view = new DataView(frame.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(frame, 0, 8), true);
  frame.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return frame;
}

export function encodeEvent(event: EventToWrite): Uint8Array {
  const parts = [doubleField(1, event.wallTime)];
  if (event.step) parts.push(varintField(2, event.step));
  if (event.fileVersion) parts.push(bytesField(3, encodeText(event.fileVersion)));
  if (event.graph) parts.push(bytesField(4, event.graph));
  const values = [
    ...Object.entries(event.scalars ?? {}).map(([tag, value]) => simpleValue(tag, value)),
    ...Object.entries(event.tensors ?? {}).map(([tag, value]) =>
      tensorValue(tag, floatTensor(value), 'scalars'),
    ),
    ...(event.values ?? []),
  ];
  if (values.length > 0) {
    parts.push(bytesField(5, concatenate(values.map((value) => bytesField(1, value)))));
  }
  if (event.sessionStart) parts.push(bytesField(7, varintField(1, 1)));
  return concatenate(parts);
}

/** A `Summary.Value` with `simple_value`. */
export function simpleValue(tag: string, value: number): Uint8Array {
  return concatenate([bytesField(1, encodeText(tag)), floatField(2, value)]);
}

/** A `Summary.Value` with a tensor, and with metadata where a plugin is named. */
export function tensorValue(tag: string, tensor: Uint8Array, plugin?: string): Uint8Array {
  const parts = [bytesField(1, encodeText(tag)), bytesField(8, tensor)];
  if (plugin !== undefined) {
    parts.push(bytesField(9, bytesField(1, bytesField(1, encodeText(plugin)))));
  }
  return concatenate(parts);
}

/** A scalar float `TensorProto` with its number in `tensor_content`. */
export function floatTensor(value: number): Uint8Array {
  return concatenate([
    varintField(1, 1),
    bytesField(2, new Uint8Array()),
    bytesField(4, new Uint8Array(new Float32Array([value]).buffer)),
  ]);
}

export function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

export function bytesField(field: number, contents: Uint8Array): Uint8Array {
  return concatenate([
    Uint8Array.from([...varint(field * 8 + 2), ...varint(contents.length)]),
    contents,
  ]);
}

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = field * 8 + 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = field * 8 + 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Negative numbers take ten bytes, as protobuf's int64 has it. */
function varint(value: number): readonly number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
