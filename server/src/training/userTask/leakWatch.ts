/** So many looks in a row must find more tensors than the look before. */
const looksNeeded = 4;
/** What engines and optimizers make once is there by this step. */
const settledAt = 5;

/**
 * Tells a task whose tensors pile up from one that frees what it makes. Looks come at moments at
 * which a task that frees everything always has the same number of tensors.
 */
export class LeakWatch {
  #count: number | undefined;
  #step = 0;
  #growing = 0;
  #told = false;

  /** Tensors that a step leaves behind, once they have piled up for long enough; told once. */
  look(step: number, tensors: number): number | undefined {
    if (this.#told || step < settledAt) return undefined;
    const before = this.#count;
    const steps = step - this.#step;
    this.#count = tensors;
    this.#step = step;
    if (before === undefined) return undefined;
    this.#growing = tensors >= before + steps ? this.#growing + 1 : 0;
    if (this.#growing < looksNeeded) return undefined;
    this.#told = true;
    return Math.floor((tensors - before) / steps);
  }
}
