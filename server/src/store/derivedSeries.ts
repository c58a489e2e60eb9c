import { MemoryBudget, RunLedger } from './memoryBudget.ts';
import { type PointField, stepField, valueField } from './packedBlock.ts';
import { PointBlocks } from './pointBlocks.ts';
import { SeriesColumn } from './seriesColumn.ts';
import { stagedWidth } from './stagedPoints.ts';
import type { SeriesPart } from './storedSeries.ts';
import type { NonFinitePoint } from './valueRange.ts';

/** A series that is computed from stored ones and grows with them; no file holds it, so it stays whole. */
export class DerivedSeries {
  readonly #points = new PointBlocks(new RunLedger(new MemoryBudget(Number.POSITIVE_INFINITY)));
  /** A point as a stage would give it, from no file. */
  readonly #row = new Float64Array(stagedWidth).fill(Number.NaN);

  get length(): number {
    return this.#points.length;
  }

  get steps(): SeriesColumn {
    return new SeriesColumn(this, stepField);
  }

  get values(): SeriesColumn {
    return new SeriesColumn(this, valueField);
  }

  add(step: number, value: number): void {
    this.#row[0] = step;
    this.#row[2] = value;
    this.#points.add(this.#row, 0, stagedWidth);
  }

  at(index: number, field: PointField): number | undefined {
    const place = index < 0 ? this.length + index : index;
    const isInside = Number.isInteger(place) && place >= 0 && place < this.length;
    return isInside ? this.#points.at(place, field) : undefined;
  }

  firstNonFinite(): NonFinitePoint | undefined {
    return this.#points.range.firstNonFinite;
  }

  valueRange(): { readonly lowest: number; readonly highest: number } {
    const { lowest, highest } = this.#points.range;
    return { lowest, highest };
  }

  parts(): readonly SeriesPart[] {
    return [{ start: 0, points: this.#points }];
  }
}
