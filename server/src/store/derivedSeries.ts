import { MemoryBudget, RunLedger } from './memoryBudget.ts';
import { type PointField, stepField, valueField } from './packedBlock.ts';
import { type NonFinitePoint, PointBlocks } from './pointBlocks.ts';
import { SeriesColumn } from './seriesColumn.ts';
import type { SeriesPart } from './storedSeries.ts';

/** A series that is computed from stored ones and grows with them; no file holds it, so it stays whole. */
export class DerivedSeries {
  readonly #points = new PointBlocks(new RunLedger(new MemoryBudget(Number.POSITIVE_INFINITY)));

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
    this.#points.add(step, Number.NaN, value);
  }

  at(index: number, field: PointField): number | undefined {
    const place = index < 0 ? this.length + index : index;
    const isInside = Number.isInteger(place) && place >= 0 && place < this.length;
    return isInside ? this.#points.at(place, field) : undefined;
  }

  firstNonFinite(): NonFinitePoint | undefined {
    return this.#points.firstNonFinite;
  }

  valueRange(): { readonly lowest: number; readonly highest: number } {
    return { lowest: this.#points.lowest, highest: this.#points.highest };
  }

  parts(): readonly SeriesPart[] {
    return [{ start: 0, points: this.#points }];
  }
}
