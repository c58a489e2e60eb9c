import type { LogExample } from '../logFormat.ts';

// Framed by Python's struct and zlib as swanlab/data/porter/datastore.py (0.6) does.

export const swanlabBackupExamples: readonly LogExample[] = [
  {
    // Header, experiment, scalars around a message; the last one is still being written.
    fileName: 'backup.swanlab',
    bytes: () =>
      Uint8Array.from(
        atob(
          [
            'OlNXTNbhAU/JZVRpAAF7Im1vZGVsX3R5cGUiOiAiSGVhZGVyIiwgImRhdGEiOiB7ImJhY2t1cF90eXBlIjogIkRF',
            'RkFVTFQiLCAiY3JlYXRlX3RpbWUiOiAiMjAyNS0wNy0wMVQxMDowMDowMCswMDowMCJ9fQp6kx5GVwABeyJtb2Rl',
            'bF90eXBlIjogIkV4cGVyaW1lbnQiLCAiZGF0YSI6IHsibmFtZSI6ICJhIiwgImRlc2NyaXB0aW9uIjogbnVsbCwg',
            'InRhZ3MiOiBudWxsfX0KFHcXcKgAAXsibW9kZWxfdHlwZSI6ICJTY2FsYXIiLCAiZGF0YSI6IHsibWV0cmljIjog',
            'eyJpbmRleCI6IDAsICJkYXRhIjogMC43NSwgImNyZWF0ZV90aW1lIjogIjIwMjUtMDctMDFUMTA6MDA6MDAuNTAw',
            'MDAwKzAwOjAwIn0sICJrZXkiOiAidHJhaW4vbG9zcyIsICJzdGVwIjogMCwgImVwb2NoIjogMX19CkK0rSijAAF7',
            'Im1vZGVsX3R5cGUiOiAiU2NhbGFyIiwgImRhdGEiOiB7Im1ldHJpYyI6IHsiaW5kZXgiOiAwLCAiZGF0YSI6IE5h',
            'TiwgImNyZWF0ZV90aW1lIjogIjIwMjUtMDctMDFUMTA6MDA6MDAuNTAwMDAwKzAwOjAwIn0sICJrZXkiOiAi5o2f',
            '5aSxIiwgInN0ZXAiOiAwLCAiZXBvY2giOiAxfX0KAVlt6H4AAXsibW9kZWxfdHlwZSI6ICJMb2ciLCAiZGF0YSI6',
            'IHsiY3JlYXRlX3RpbWUiOiAiMjAyNS0wNy0wMVQxMDowMDowMSswMDowMCIsICJtZXNzYWdlIjogInN0ZXAgMSIs',
            'ICJlcG9jaCI6IDEsICJsZXZlbCI6ICJJTkZPIn19CmAtFJSuAAF7Im1vZGVsX3R5cGUiOiAiU2NhbGFyIiwgImRh',
            'dGEiOiB7Im1ldHJpYyI6IHsiaW5kZXgiOiAxLCAiZGF0YSI6ICJJbmZpbml0eSIsICJjcmVhdGVfdGltZSI6ICIy',
            'MDI1LTA3LTAxVDEwOjAwOjAxLjUwMDAwMCswMDowMCJ9LCAia2V5IjogInRyYWluL2xvc3MiLCAic3RlcCI6IDEs',
            'ICJlcG9jaCI6IDJ9fQpODJg5hQABeyJtb2RlbF90eXBlIjogIlNjYWxhciIsICJkYXRhIjogeyJtZXRyaWMiOiB7',
            'ImluZGV4IjogMiwgImRhdGEiOiAxLCAiY3JlYXRlX3RpbWUiOiAiIn0sICJrZXkiOiAidHJhaW4vbG9zcyIsICJz',
            'dGVwIjogMiwgImVwb2NoIjog',
          ].join(''),
        ),
        (letter) => letter.charCodeAt(0),
      ),
    points: [
      ['train/loss', 0, 0.75],
      ['损失', 0, Number.NaN],
      ['train/loss', 1, Number.POSITIVE_INFINITY],
    ],
  },
];
