import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

interface FamilyBase {
  /** A short word; what other tools call the stream of these points. */
  readonly name: string;
  /** For the manual: which programs write it, and a line of it. */
  readonly description: string;
  /**
   * Texts that the program prints at the start, before its first metrics: for logs in which these
   * come after kilobytes of settings or source.
   */
  readonly preludes?: readonly string[];
}

/** A way of writing metrics to the console in lines that each stand for themselves. */
export interface LineFamily extends FamilyBase {
  readonly kind: 'line';
  /**
   * Whether it is asked about lines of no other family alone, and tells a file only where its lines
   * recur: what its marks are is in many texts.
   */
  readonly isLastResort?: boolean;
  /** Where in a line the marks stand. */
  readonly place: 'start' | 'anywhere';
  /** ASCII texts of which every line of the family has one: only such lines are read. */
  readonly marks: readonly string[];
  /**
   * Whether the line is one of this family; a mark of it stands at `markAt`. Then its step and its
   * metrics are in `points`, which come empty; else what is in them does not count. Depends on
   * nothing but the line.
   */
  read(line: TextLine, markAt: number, points: LinePoints): boolean;
}

/** A way of writing metrics over several lines: a table. */
export interface BlockFamily extends FamilyBase {
  readonly kind: 'block';
  /** Whether a block may begin with this line. */
  opens(line: TextLine): boolean;
  /** Takes the next line of an open block; with its last line, `points` are whole. */
  readRow(line: TextLine, points: LinePoints): 'row' | 'end' | 'broken';
}

/**
 * A family of console logs. They are exclusive: a line belongs to one at most. Another one (from an
 * expression of the user, say) is one more object of this shape in the list of a reader.
 */
export type StdoutFamily = LineFamily | BlockFamily;
