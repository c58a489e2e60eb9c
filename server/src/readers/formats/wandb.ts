import { LevelDbFile } from '../levelDbFile.ts';
import type { LogFormat } from '../logFormat.ts';
import { WandbRecordReader } from '../wandbRecord.ts';
import { wandbExamples } from './wandbExamples.ts';

export const wandb: LogFormat = {
  name: 'wandb',
  description:
    'Weights & Biases `run-*.wandb` files, which offline and online runs write; system statistics stand under `system/`',
  detect,
  createReader,
  examples: wandbExamples,
};

/** `:W&B`, the number 0xBEE1; the version follows. */
const magic = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe);

function detect(fileName: string, head: Uint8Array): number {
  const isNamed = /\.wandb$/i.test(fileName);
  const isBegun = magic.every((byte, index) => index >= head.length || head[index] === byte);
  if (!isBegun) return isNamed ? 0.5 : 0;
  if (head.length >= magic.length) return 1;
  return isNamed || head.length > 0 ? Number.NaN : 0;
}

function createReader(): LevelDbFile {
  const records = new WandbRecordReader();
  const header = { writer: 'Weights & Biases', magic, version: 0 };
  return new LevelDbFile(header, (bytes, start, end, byteStart, byteEnd, sink) => {
    const isTaken = records.take(bytes, start, end, byteStart, byteEnd, sink);
    if (!isTaken) sink.skipped(byteStart, byteEnd, 'not a record of Weights & Biases');
  });
}
