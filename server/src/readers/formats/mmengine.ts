import type { LogFormat } from '../logFormat.ts';
import { jsonl } from './jsonl.ts';

/**
 * mmengine writes every line twice, to vis_data/scalars.json and to a file beside it with the time
 * of the start as its name, which is what people keep and pass on. As a format of its own it is not
 * added to the other one: of a run with both, `scalars.json` answers.
 */
export const mmengine: LogFormat = {
  name: 'mmengine',
  description: 'JSON lines of mmengine named by a time (20230401_120000.json), beside scalars.json',
  detect,
  createReader: jsonl.createReader,
  examples: [
    {
      fileName: 'rtmdet_l_coco_20220719_112030.json',
      bytes: () =>
        new TextEncoder().encode(
          '{"lr": 0.02, "loss": 1.5, "epoch": 1, "step": 50}\n{"coco/bbox_mAP": 0.375, "step": 1}\n',
        ),
      points: [
        ['lr', 50, 0.02],
        ['loss', 50, 1.5],
        ['epoch', 50, 1],
        ['coco/bbox_mAP', 1, 0.375],
      ],
    },
  ],
};

/** A little surer than that of any JSON lines, whatever these may be. */
function detect(fileName: string, head: Uint8Array): number {
  if (!/(^|[_/\\])\d{8}_\d{6}\.json$/.test(fileName)) return 0;
  const confidence = jsonl.detect(fileName, head);
  return confidence > 0.5 && confidence < 1 ? confidence + 0.05 : confidence;
}
