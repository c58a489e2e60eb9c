import type { LogExample } from '../logFormat.ts';

// Written with the event writer of the tests (test/support/writeEvents.ts); `points` says what they hold.

function decode(parts: readonly string[]): () => Uint8Array {
  return () => Uint8Array.from(atob(parts.join('')), (letter) => letter.charCodeAt(0));
}

export const tensorboardExamples: readonly LogExample[] = [
  {
    // A graph, `simple_value`, tensors with and without metadata, text, a half and an empty list.
    fileName: 'events.out.tfevents.1790000000.host.1.0.v2',
    bytes: decode([
      'GAAAAAAAAACjf0siCQAAIOBOrNpBGg1icmFpbi5FdmVudDoy8ZA0QDMAAAAAAAAADKcgVgkAACDgTqzaQSIoAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJ0oI/goAAAAAAAAAP9wFkoJAABA4E6s2kEqHQoL',
      'CgRsb3NzFQAAAD8KDgoHbG9zcy9rbBUAAIB/ZhpUWW0AAAAAAAAAPU3mcQkAAIDgTqzaQRABKmAKJQoKZXBvY2hf',
      'bG9zc0IKCAESACIEAAAQQEoLCgkKB3NjYWxhcnMKGgoEbm90ZUIICAdCBG5vdGVKCAoGCgR0ZXh0ChsKAmxyQggI',
      'ExIAaICCA0oLCgkKB3NjYWxhcnPU6t7SMQAAAAAAAACdg4PpCQAAwOBOrNpBEAIqJAoYCgplcG9jaF9sb3NzQgoI',
      'ARIAIgQAAMB/CggKAmxyQgIIAn0SVdg=',
    ]),
    points: [
      ['loss', 0, 0.5],
      ['loss/kl', 0, Number.POSITIVE_INFINITY],
      ['epoch_loss', 1, 2.25],
      ['lr', 1, -2.5],
      ['epoch_loss', 2, Number.NaN],
      ['lr', 2, 0],
    ],
  },
  {
    // Data that does not match its checksum, a restart, a negative step, a length that is damaged.
    fileName: 'events.out.tfevents.1790000000.host',
    bytes: decode([
      'GAAAAAAAAACjf0siCQAAAOBOrNpBGg1icmFpbi5FdmVudDoyNtqVrRgAAAAAAAAAo39LIgkAAADgTqzaQSoNCgsK',
      'BGxvc3MVAACAP1Kfj6YaAAAAAAAAABKb2C0JAABA4E6s2kEQASoNCgsKBGxvc3MVAAABQLB3GvQaAAAAAAAAABKb',
      '2C0JAACA4E6s2kEQAioNCgsKBGxvc3MVAABAQPARGagPAAAAAAAAAG1TKwkJAADA4E6s2kEQAjoCCAEWv1LrIwAA',
      'AAAAAACwn3dDCQAAAOFOrNpBEP7//////////wEqDQoLCgRsb3NzFQAAgEDQZgH4GgAIAAAAAAASm9gtCQAAQOFO',
      'rNpBEAQqDQoLCgRsb3NzFQAAoEBKP6Wf',
    ]),
    points: [
      ['loss', 0, 1],
      ['loss', 2, 3],
      ['loss', -2, 4],
    ],
    skipped: 2,
  },
];
