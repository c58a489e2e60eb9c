/** What lies in a tensor, apart from where. */
export interface ValueRange {
  /** Of the finite values; NaN where there are none. */
  readonly least: number;
  readonly most: number;
  readonly hasZero: boolean;
  readonly nans: number;
  /** Values that are Infinity or −Infinity. */
  readonly infinities: number;
  readonly count: number;
}

export function valueRange(values: ArrayLike<number>): ValueRange {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [nans, infinities] = [0, 0];
  let hasZero = false;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (Number.isFinite(value)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      hasZero ||= value === 0;
    } else if (Number.isNaN(value)) nans += 1;
    else infinities += 1;
  }
  const none = least > most;
  return {
    ...{ hasZero, nans, infinities, count: values.length },
    least: none ? Number.NaN : least,
    most: none ? Number.NaN : most,
  };
}

export function isAllFinite({ nans, infinities }: ValueRange): boolean {
  return nans + infinities === 0;
}

/** `0`, `1 to 3.5`, `0 to 1 and infinite`. */
export function describeRange({ least, most, infinities }: ValueRange): string {
  const finite =
    least === most ? describeNumber(least) : `${describeNumber(least)} to ${describeNumber(most)}`;
  const parts = [...(Number.isNaN(least) ? [] : [finite]), ...(infinities > 0 ? ['infinite'] : [])];
  return parts.join(' and ') || 'no finite value';
}

/** `NaN`, `NaN in 3 of 12 places`, `infinite`. */
export function describeNonFinite({ nans, infinities, count }: ValueRange): string {
  const kinds = [
    ...(nans > 0 ? [{ kind: 'NaN', share: nans }] : []),
    ...(infinities > 0 ? [{ kind: 'infinite', share: infinities }] : []),
  ];
  return kinds
    .map(({ kind, share }) => (share === count ? kind : `${kind} in ${share} of ${count} places`))
    .join(' and ');
}

/** At most four digits, in the way that is shortest. */
function describeNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
