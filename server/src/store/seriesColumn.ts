import type { NumberColumn } from '../model/numberColumn.ts';
import type { PointField } from './packedBlock.ts';

interface ColumnSource {
  readonly length: number;
  /** A negative index counts from the end; undefined for a point that is not in memory. */
  at(index: number, field: PointField): number | undefined;
}

/** One number of every point of a series, as the series is now. */
export class SeriesColumn implements NumberColumn, Iterable<number> {
  readonly #source: ColumnSource;
  readonly #field: PointField;

  constructor(source: ColumnSource, field: PointField) {
    this.#source = source;
    this.#field = field;
  }

  get length(): number {
    return this.#source.length;
  }

  at(index: number): number | undefined {
    return this.#source.at(index, this.#field);
  }

  /** Those that are in memory. */
  *[Symbol.iterator](): Iterator<number> {
    for (let index = 0; index < this.length; index += 1) {
      const number = this.at(index);
      if (number !== undefined) yield number;
    }
  }
}
