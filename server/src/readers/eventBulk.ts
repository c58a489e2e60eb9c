import { type ProtoWalker, wireType } from './protoWire.ts';

/** Smaller records are decoded, whatever is in them, with their checksum. */
const minimumBulkBytes = 512;
/** The key and the length of a field take up to so many bytes. */
const fieldHeadBytes = 20;

/** What the fields of a message mean for the question whether a record is bulk. */
interface BulkLevel {
  readonly passed: ReadonlySet<number>;
  /** Holds the message of the next level, where it is the last of this one. */
  readonly entered: number | undefined;
  readonly bulk: ReadonlySet<number>;
}

/**
 * `Event` (time and step; summary; graph, run metadata and meta graph), `Summary`, and its `Value`
 * (tag, node name and metadata; old and new histograms, image, audio and tensor).
 */
const levels: readonly BulkLevel[] = [
  { passed: new Set([1, 2]), entered: 5, bulk: new Set([4, 8, 9]) },
  { passed: new Set(), entered: 1, bulk: new Set() },
  { passed: new Set([1, 7, 9]), entered: undefined, bulk: new Set([3, 4, 5, 6, 8]) },
];

/**
 * Whether the `tensorflow.Event` from `start` up to `end` is only a graph, or only one value that is
 * an image, a histogram, a sound or a tensor of more than one number: told from its first bytes, so
 * that megabytes need neither be checked nor be there. Bytes from `available` on are not there yet;
 * undefined while there are too few to tell.
 */
export function isBulkEvent(
  walker: ProtoWalker,
  bytes: Uint8Array,
  start: number,
  end: number,
  available: number,
): boolean | undefined {
  if (end - start < minimumBulkBytes) return false;
  let at = start;
  for (const level of levels) {
    const answer = judgeLevel(level, walker, bytes, at, end, available);
    if (answer !== 'entered') return answer;
    at = walker.start;
  }
  return false;
}

function judgeLevel(
  level: BulkLevel,
  walker: ProtoWalker,
  bytes: Uint8Array,
  start: number,
  end: number,
  available: number,
): boolean | 'entered' | undefined {
  let at = start;
  walker.enter(bytes, start, end);
  for (;;) {
    if (Math.min(end, at + fieldHeadBytes) > available) return undefined;
    if (!walker.next()) return false;
    if (walker.field === level.entered) return walker.end === end && 'entered';
    if (!level.passed.has(walker.field)) return isBulkField(level, walker);
    at = walker.end;
  }
}

function isBulkField(level: BulkLevel, walker: ProtoWalker): boolean {
  const isLarge = walker.wire === wireType.bytes && walker.end - walker.start >= minimumBulkBytes;
  return isLarge && level.bulk.has(walker.field);
}
