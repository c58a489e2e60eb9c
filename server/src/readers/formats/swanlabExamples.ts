import type { LogExample } from '../logFormat.ts';

export const swanlabExamples: readonly LogExample[] = [
  {
    // Without its folder the name of the metric is not known.
    fileName: '1000.log',
    bytes: () =>
      new TextEncoder().encode(
        '{"index": 0, "data": 0.75, "create_time": "2024-03-01T10:00:00.250000+00:00"}\n' +
          '{"index": 1, "data": "NaN", "create_time": "2024-03-01T10:00:01+00:00"}\n' +
          '{"index": 2, "data": ["image-step2.png"], "create_time": "2024-03-01T10:00:02+00:00", "more": [null]}\n' +
          '{"index": 3, "data": 2, "create_time": "2024-03-01T10:00:03+00:00"}\n',
      ),
    points: [
      ['data', 0, 0.75],
      ['data', 1, Number.NaN],
      ['data', 3, 2],
    ],
  },
];
