import { LineFamilies } from '../lineFamily.ts';
import { LineKeys } from '../lineKeys.ts';
import { LineReader, type TakeLine } from '../lineReader.ts';
import { LineScanner } from '../lineScanner.ts';
import type { LogFormat } from '../logFormat.ts';
import { parseLogLine } from '../logRecord.ts';
import { putRecord } from '../recordLeaves.ts';
import { detectJsonLines } from './jsonlDetection.ts';
import { jsonlExamples } from './jsonlExamples.ts';
import { jsonlFamilies } from './jsonlFamilies.ts';

export const jsonl: LogFormat = {
  name: 'jsonl',
  description:
    'JSON lines: one object a line with numbers (our metrics.jsonl, DETR, DINO and MAE log.txt, detectron2 metrics.json, mmcv .log.json, mmengine scalars.json, Dreamer, accelerate, TRL, LLaMA-Factory, StyleGAN and EDM stats.jsonl, wandb-history.jsonl)',
  detect: detectJsonLines,
  createReader: () => new LineReader(takeObjects(), 'not a JSON object'),
  examples: jsonlExamples,
};

function takeObjects(): TakeLine {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const keys = new LineKeys();
  const scanner = new LineScanner(keys);
  const families = new LineFamilies(jsonlFamilies, keys);
  return (line, sink) => {
    if (!scanner.scan(line.bytes, line.start, line.end)) {
      const record = parseLogLine(decoder.decode(line.bytes.subarray(line.start, line.end)));
      if (!record) return false;
      putRecord(record, keys);
    }
    families.take(line, sink);
    return true;
  };
}
