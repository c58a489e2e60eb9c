import type { BenchLog } from '../benchLog.mts';
import type { ByteWriter } from '../byteWriter.mts';
import { lossAt, startOfRun } from '../trainingCurves.mts';
import {
  fieldSize,
  lengthDelimited,
  writeEvent,
  writeFrame,
  writeTime,
  writeVersion,
} from './tensorboardFrames.mts';

const imageBytes = 60_000;
const bucketCount = 1875;
const graphBytes = 1_000_000;
const contents = Uint8Array.from({ length: graphBytes }, (_, index) => (index * 73 + 11) & 255);
const histogramBytes = 9 + 2 * fieldSize(8 * bucketCount);

/** What fills most large event files: images, histograms and graphs, few scalars among them. */
export const tensorboardBulk: BenchLog = {
  name: 'TensorBoard bulk',
  fileName: 'events.out.tfevents.1700000000.bulk',
  contents: 'images of 60 kB, histograms of 30 kB, graphs of 1 MB, a scalar beside each',
  target: 1000,
  peers: [],
  write: (out, bytes) => {
    writeVersion(out);
    let step = 0;
    for (; out.written < bytes; step += 1) {
      writeScalar(out, step);
      if (step % 100 === 0) writeGraph(out, step);
      else if (step % 2 === 0) writeHistogram(out, step);
      else writeImage(out, step);
    }
    return step;
  },
};

function writeScalar(out: ByteWriter, step: number): void {
  writeEvent(out, startOfRun + step, step, fieldSize(4) + 5, () => {
    writeTag(out, 'loss');
    out.byte(2 * 8 + 5);
    out.float32(lossAt(step, 0));
  });
}

/** Height, width and colours, then the file of the image. */
function writeImage(out: ByteWriter, step: number): void {
  const size = 8 + fieldSize(imageBytes);
  writeEvent(out, startOfRun + step, step, fieldSize(7) + fieldSize(size), () => {
    writeTag(out, 'samples');
    lengthDelimited(out, 4, size);
    out.raw(Uint8Array.of(1 * 8, 0x80, 2, 2 * 8, 0x80, 2, 3 * 8, 3));
    writeContents(out, 4, imageBytes);
  });
}

/** The number of values, then the limits of the buckets and how many values are in each. */
function writeHistogram(out: ByteWriter, step: number): void {
  writeEvent(out, startOfRun + step, step, fieldSize(7) + fieldSize(histogramBytes), () => {
    writeTag(out, 'weights');
    lengthDelimited(out, 5, histogramBytes);
    out.byte(3 * 8 + 1);
    out.float64(bucketCount);
    writeContents(out, 6, 8 * bucketCount);
    writeContents(out, 7, 8 * bucketCount);
  });
}

function writeGraph(out: ByteWriter, step: number): void {
  writeFrame(out, graphBytes, () => {
    writeTime(out, startOfRun + step, step);
    writeContents(out, 4, graphBytes);
  });
}

function writeTag(out: ByteWriter, tag: string): void {
  lengthDelimited(out, 1, tag.length);
  out.text(tag);
}

function writeContents(out: ByteWriter, field: number, size: number): void {
  lengthDelimited(out, field, size);
  out.raw(contents.subarray(0, size));
}
