import type { LogExample } from '../logFormat.ts';

// Written with the writer of the tests (test/support/writeVisualDl.ts); `points` says what they hold.

function decode(parts: readonly string[]): () => Uint8Array {
  return () => Uint8Array.from(atob(parts.join('')), (letter) => letter.charCodeAt(0));
}

export const visualDlExamples: readonly LogExample[] = [
  {
    // The name of the run, scalars with and without a step, an image, a step that goes back.
    fileName: 'vdlrecords.1790000000.log',
    bytes: decode([
      'FQAAAAAAAAAKExINbWV0YV9kYXRhX3RhZ1ICCgAaAAAAAAAAAAoYEgp0cmFpbi9sb3NzGIDYwaKMNCUAAAA/GwAA',
      'AAAAAAAKGQgBEgnlrabkuaDnjocY9NvBoow0JQAAAAAcAAAAAAAAAAoaCAESB3NhbXBsZXMY9NvBoow0KgYiBIlQ',
      'TkccAAAAAAAAAAoaCAISCnRyYWluL2xvc3MY6N/Boow0JQAAwH8dAAAAAAAAAAobCKwCEgp0cmFpbi9sb3NzGNzj',
      'waKMNCUAAID/HAAAAAAAAAAKGggBEgp0cmFpbi9sb3NzGNDnwaKMNCUAABBA',
    ]),
    points: [
      ['train/loss', 0, 0.5],
      ['学习率', 1, 0],
      ['train/loss', 2, Number.NaN],
      ['train/loss', 300, Number.NEGATIVE_INFINITY],
      ['train/loss', 1, 2.25],
    ],
  },
  {
    // A damaged length, behind which the next record is found, and a torn end.
    fileName: 'vdlrecords.1790000000.log',
    bytes: decode([
      'FQAAAAAAAAAKExINbWV0YV9kYXRhX3RhZ1ICCgAWAAAAAAAAAAoUCAESBGxvc3MYgNjBoow0JQAAgD8XAAAAAAAA',
      'AAoUCAISBGxvc3MYgNjBoow0JQAAAEAWAAAAAAAAAAoUCAMSBGxvc3MYgNjBoow0JQAAQEAWAAAAAAAAAAoUCAQS',
      'BGxvc3MYgA==',
    ]),
    points: [
      ['loss', 1, 1],
      ['loss', 3, 3],
    ],
    skipped: 1,
  },
];
