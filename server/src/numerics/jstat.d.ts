/** The little of `jstat` that we use; the package carries no types of its own. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      /** P(T ≤ t) for `freedom` degrees of freedom, which need not be whole. */
      cdf(t: number, freedom: number): number;
      /** The t with P(T ≤ t) = `probability`. */
      inv(probability: number, freedom: number): number;
    };
    readonly normal: {
      cdf(value: number, mean: number, deviation: number): number;
    };
    /** The logarithm of the gamma function. */
    gammaln(value: number): number;
  };

  export = jStat;
}
