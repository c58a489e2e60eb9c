import { largeHeadBytes, type PointSink } from '../../logFormat.ts';
import { withoutEscapes } from './plainText.ts';
import { stdoutFamilies } from './registry.ts';
import { StdoutReader } from './stdoutReader.ts';

/** Detection sees no more of a file than this at first. */
const headBytes = 4096;
/** Names of files that hold what a program printed. */
const consoleName =
  /\.(log|out|err)$|(^|[^a-z])(logs?|stdout|output|console|train(ing)?)([^a-z].*)?\.txt$/i;

/** Names of text that is no source: the source of a program holds what the program prints. */
const textName = /^[^.]*$|\.(txt|log|out|err)$/i;

/**
 * How surely a file holds what a training program printed. A line of a known family tells; but
 * many programs print hundreds of lines (their source, their settings) before the first one, so
 * what they print at the start counts too, and a text that is named like a log is taken for one,
 * unless another format knows it better.
 */
export function detectStdout(fileName: string, head: Uint8Array): number {
  if (head.length === 0) return Number.NaN;
  if (!isText(head) || startsLikeJson(head)) return 0;
  const lines = new LineCounter();
  new StdoutReader(stdoutFamilies).read(head, 0, lines);
  if (lines.count > 0) return lines.count > 1 ? 0.9 : 0.7;
  return judgeOpening(fileName.split(/[/\\]/).at(-1) ?? '', head);
}

/** Judges a head without metrics: they may come behind it. */
function judgeOpening(name: string, head: Uint8Array): number {
  const isText = textName.test(name);
  if (isText && hasPrelude(head)) return 0.6;
  const isConsole = consoleName.test(name);
  if (head.length >= largeHeadBytes) return isConsole ? 0.5 : 0;
  return isConsole || (isText && head.length >= headBytes) ? Number.NaN : 0;
}

function hasPrelude(head: Uint8Array): boolean {
  const text = withoutEscapes(head, 0, head.length);
  const words = new TextDecoder().decode(text);
  return stdoutFamilies.some(({ preludes }) =>
    preludes?.some((prelude) => words.includes(prelude)),
  );
}

/** Text has no control characters but those of line ends, tabs, colours and terminals. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b);
}

/** JSON lines are read by other formats, and whole documents are no logs. */
function startsLikeJson(head: Uint8Array): boolean {
  const first = head.find((byte) => byte > 0x20);
  return first === 0x7b;
}

/** Counts the lines and tables that gave points. */
class LineCounter implements PointSink {
  count = 0;

  unit(): void {
    this.count += 1;
  }

  point(): void {
    // Only whether there are any counts.
  }

  skipped(): void {
    // A line that is too long says nothing about the others.
  }

  sessionStart(): void {
    // Consoles have none.
  }
}
