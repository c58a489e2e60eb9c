import { chunkPoints } from './chunkSummary.ts';
import { type PackedColumn, packColumn, packedBytes } from './packedColumn.ts';

/** Which number of a point. */
export type PointField = 0 | 1 | 2;
export const stepField = 0;
/** Seconds since the Unix epoch, NaN where the log has none. */
export const wallTimeField = 1;
export const valueField = 2;
/** Numbers of a point. */
export const fields = 3;

/** Points of a block, the unit that is packed, dropped and read again. */
export const blockPoints = 4 * chunkPoints;

/** A full block of points. */
export interface PackedBlock {
  /** Place of its first point that is kept; those before went while the block was filling. */
  readonly from: number;
  readonly columns: readonly [PackedColumn, PackedColumn, PackedColumn];
  readonly bytes: number;
}

/** What the objects of a packed block take up beside its numbers. */
const objectBytes = 500;

/** Packs the points that are left of a block, its last `count`: columns with a room of `capacity` each. */
export function packBlock(columns: Float64Array, capacity: number, count: number): PackedBlock {
  const pack = (field: PointField): PackedColumn =>
    packColumn(columns.subarray(field * capacity, field * capacity + count));
  const packed = [pack(stepField), pack(wallTimeField), pack(valueField)] as const;
  const bytes = packed.reduce((sum, column) => sum + packedBytes(column), objectBytes);
  return { from: blockPoints - count, columns: packed, bytes };
}

/** Rows of points as columns, one behind the other. */
export function columnsOf(rows: Float64Array): Float64Array {
  const count = rows.length / fields;
  return rows.map((_, at) => rows[(at % count) * fields + Math.floor(at / count)] ?? Number.NaN);
}
