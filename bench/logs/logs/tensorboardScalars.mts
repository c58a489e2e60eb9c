import type { BenchLog } from '../benchLog.mts';
import type { ByteWriter } from '../byteWriter.mts';
import { lossAt, startOfRun } from '../trainingCurves.mts';
import { fieldSize, lengthDelimited, writeEvent, writeVersion } from './tensorboardFrames.mts';

const tags = Array.from({ length: 20 }, (_, index) => `loss/term_${`${index}`.padStart(2, '0')}`);
const tagBytes = 'loss/term_00'.length;

/** What PyTorch's and TensorFlow 1's writers log: a `simple_value` in an event of its own. */
export const tensorboardScalars: BenchLog = {
  name: 'TensorBoard scalars',
  fileName: 'events.out.tfevents.1700000000.bench',
  contents: '20 tags, `simple_value`',
  target: 200,
  peers: [
    'tensorboard-loader',
    'tensorboard-accumulator',
    'rustboard',
    'rustboard-all',
    'protobufjs',
  ],
  write: (out, bytes) =>
    writeScalars(out, bytes, fieldSize(tagBytes) + 5, (value) => {
      out.byte(2 * 8 + 5);
      out.float32(value);
    }),
};

/** Metadata {plugin_data {plugin_name: "scalars"}}. */
const metadata = Uint8Array.of(
  ...[9 * 8 + 2, 11, 1 * 8 + 2, 9, 1 * 8 + 2, 7],
  ...new TextEncoder().encode('scalars'),
);
/** A float (1) of an empty shape, with four bytes of contents to follow. */
const tensor = Uint8Array.of(8 * 8 + 2, 10, 1 * 8, 1, 2 * 8 + 2, 0, 4 * 8 + 2, 4);

/** What TensorFlow 2 and Keras log: a tensor, with its metadata on every value. */
export const tensorboardTensors: BenchLog = {
  name: 'TensorBoard tensors',
  fileName: 'events.out.tfevents.1700000000.bench.v2',
  contents: '20 tags, TF2 tensors with metadata',
  peers: [],
  write: (out, bytes) => {
    const size = fieldSize(tagBytes) + tensor.length + 4 + metadata.length;
    return writeScalars(out, bytes, size, (value) => {
      out.raw(tensor);
      out.float32(value);
      out.raw(metadata);
    });
  },
};

function writeScalars(
  out: ByteWriter,
  bytes: number,
  size: number,
  rest: (value: number) => void,
): number {
  let points = 0;
  writeVersion(out);
  for (let step = 0; out.written < bytes; step += 1) {
    for (const [index, tag] of tags.entries()) {
      writeEvent(out, startOfRun + step / 50, step, size, () => {
        lengthDelimited(out, 1, tagBytes);
        out.text(tag);
        rest(lossAt(step, index));
      });
      points += 1;
    }
  }
  return points;
}
