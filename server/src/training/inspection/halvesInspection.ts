import { fail, type Result, succeed } from '../../base/result.ts';
import { metricName } from '../../model/metricName.ts';
import { Gramian } from '../../numerics/gramian.ts';
import { type HalfBatchEstimates, halfBatchEstimates } from '../../numerics/halfBatchEstimates.ts';
import { recordForward } from '../gradientTape.ts';
import { namedLosses } from '../namedLosses.ts';
import { ParameterVector } from '../parameterVector.ts';
import { type GradientRows, ProbedParameters } from '../probedParameters.ts';
import type { StepSpec } from '../stepEngine.ts';
import type { Batch, Tf } from '../task.ts';
import { tidyAll } from '../tidyAll.ts';
import { halveBatch } from './halveBatch.ts';

type Metrics = Readonly<Record<string, number>>;

/**
 * Looks at the two halves of a batch, a forward pass and K backward passes each: what the halves agree
 * on is signal, the rest is noise (see `halfBatchEstimates`). Figures are of the parameters that all
 * losses share, or of the cut, at the values that the instance's variables hold.
 */
export class HalvesInspection {
  readonly #tf: Tf;
  readonly #spec: StepSpec;
  readonly #parameters: ParameterVector;
  readonly #probed: ProbedParameters;

  constructor(tf: Tf, spec: StepSpec) {
    this.#tf = tf;
    this.#spec = spec;
    this.#parameters = new ParameterVector(tf, spec.instance.groups);
    this.#probed = new ProbedParameters(tf, spec, this.#parameters);
  }

  /** The error says why a batch has no halves. @throws what the task throws at a half */
  async measure(batch: Batch): Promise<Result<Metrics>> {
    const measured = tidyAll(this.#tf, () => {
      const halves = halveBatch(this.#tf, batch);
      if (!halves) return undefined;
      const [first, second] = halves.map((half) => this.#gradients(half));
      const rows = [...(first?.rows ?? []), ...(second?.rows ?? [])];
      return { products: this.#probed.sharedProducts(rows), paths: first?.paths ?? [] };
    });
    if (!measured) {
      return fail(
        'a batch has fewer than two samples, or none of its tensors has an axis for them.',
      );
    }
    const { products, paths } = measured;
    try {
      const size = 2 * this.#spec.terms.length;
      const gramian = Gramian.fromEntries(size, await products.data<'float32'>());
      return succeed(this.#metrics(halfBatchEstimates(gramian), paths));
    } finally {
      products.dispose();
    }
  }

  #gradients(half: Batch): GradientRows {
    const { instance, terms } = this.#spec;
    return tidyAll(this.#tf, () => {
      const forward = recordForward(this.#tf, this.#parameters.variables, () =>
        namedLosses(instance.losses(half), terms),
      );
      try {
        return this.#probed.rows(forward);
      } finally {
        forward.dispose();
      }
    });
  }

  #metrics(estimates: HalfBatchEstimates, paths: GradientRows['paths']): Metrics {
    const { terms, instance, sharedGroup } = this.#spec;
    const place = this.#probed.isCut
      ? 0
      : instance.groups.findIndex(({ name }) => name === sharedGroup);
    const metrics: Record<string, number> = {};
    const put = (name: string, value: number | undefined): void => {
      if (value !== undefined) metrics[name] = value;
    };
    for (const [index, term] of terms.entries()) {
      if (!paths[index]?.[place]) continue;
      const squared = estimates.squaredNorms[index];
      put(metricName.unbiasedGradient(term), squared && Math.sqrt(Math.max(0, squared)));
      put(metricName.normTest(term), estimates.normTests[index]);
      for (const [offset, other] of terms.slice(index + 1).entries()) {
        put(metricName.halvesCosine(term, other), estimates.cosine(index, index + 1 + offset));
      }
    }
    return metrics;
  }
}
