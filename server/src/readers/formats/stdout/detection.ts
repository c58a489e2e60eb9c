import { largeHeadBytes, type PointSink } from '../../logFormat.ts';
import type { StdoutFamily } from './family.ts';
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
  new StdoutReader(stdoutFamilies.filter((family) => !isLastResort(family))).read(head, 0, lines);
  if (lines.count > 0) return lines.count > 1 ? 0.9 : 0.7;
  const name = fileName.split(/[/\\]/).at(-1) ?? '';
  return textName.test(name) && hasRecurringLines(head) ? 0.8 : judgeOpening(name, head);
}

function isLastResort(family: StdoutFamily): boolean {
  return family.kind === 'line' && family.isLastResort === true;
}

/** Whether a loop printed this: lines with the same names, and not the same numbers. */
function hasRecurringLines(head: Uint8Array): boolean {
  const lines = new RecurrenceFinder();
  new StdoutReader(stdoutFamilies.filter(isLastResort)).read(head, 0, lines);
  return lines.hasRecurring;
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

/**
 * JSON lines are read by other formats, and whole documents are no logs. With a single quote it is
 * a dictionary of Python.
 */
function startsLikeJson(head: Uint8Array): boolean {
  const first = head.findIndex((byte) => byte > 0x20);
  return head[first] === 0x7b && head[first + 1] !== 0x27;
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

  inRound(): void {
    // How a line counts its steps says nothing about its form.
  }

  sessionStart(): void {
    // Consoles have none.
  }
}

/** Keeps the names and the numbers of each unit. */
class RecurrenceFinder implements PointSink {
  readonly #units: { names: string; numbers: string }[] = [];

  /** Whether there are units with the same names and other steps or values. */
  get hasRecurring(): boolean {
    const first = new Map<string, string>();
    for (const { names, numbers } of this.#units) {
      const known = first.get(names) ?? numbers;
      if (known !== numbers) return true;
      first.set(names, known);
    }
    return false;
  }

  unit(): void {
    this.#units.push({ names: '', numbers: '' });
  }

  point(name: string, step: number, _wallTime: number, value: number): void {
    const unit = this.#units.at(-1);
    if (!unit) return;
    unit.names += `${name}\n`;
    unit.numbers += `${step} ${value}\n`;
  }

  skipped(): void {
    // As in `LineCounter`.
  }

  inRound(): void {
    // As in `LineCounter`.
  }

  sessionStart(): void {
    // Consoles have none.
  }
}
