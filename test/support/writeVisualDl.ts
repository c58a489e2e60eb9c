import { bytesField, concatenate, floatField, varintField } from './writeEvents.ts';

/** One value to write; what is left out is left out of the bytes, as protobuf does. */
interface VisualDlValue {
  readonly tag: string;
  readonly step?: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp?: number;
  readonly value?: number;
  /** An encoded image. */
  readonly image?: Uint8Array;
  /** The name that the first record of a file gives the run. */
  readonly displayName?: string;
}

/** A whole `vdlrecords` file. */
export function writeVisualDlFile(values: readonly VisualDlValue[]): Uint8Array {
  return concatenate([{ tag: 'meta_data_tag', displayName: '' }, ...values].map(writeVisualDl));
}

/** One more record: its length and a value. */
export function writeVisualDl(value: VisualDlValue): Uint8Array {
  const parts = [bytesField(2, new TextEncoder().encode(value.tag))];
  if (value.step) parts.unshift(varintField(1, value.step));
  if (value.timestamp) parts.push(varintField(3, value.timestamp));
  if (value.value !== undefined) parts.push(floatField(4, value.value));
  if (value.image) parts.push(bytesField(5, bytesField(4, value.image)));
  if (value.displayName !== undefined) {
    const name = new TextEncoder().encode(value.displayName);
    parts.push(bytesField(10, bytesField(1, name)));
  }
  const record = bytesField(1, concatenate(parts));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, record.length, true);
  return concatenate([length, record]);
}
