import { type Result, succeed } from '../../base/result.ts';
import type { StepEngine, StepSpec } from '../stepEngine.ts';
import type { Batch, Tf } from '../task.ts';
import { HalvesInspection } from './halvesInspection.ts';
import { layerStatistics } from './layerStatistics.ts';

type Metrics = Readonly<Record<string, number>>;

interface InspectorOptions {
  readonly tf: Tf;
  readonly spec: StepSpec;
  readonly engine: StepEngine;
  /** Told once why an inspection gives no figures. */
  readonly notice: (text: string, step: number) => void;
}

interface Inspection {
  readonly name: string;
  readonly every: number;
  /** The error says why the batch cannot be measured. */
  readonly measure: (batch: Batch) => Promise<Result<Metrics>>;
}

/**
 * Takes the rare looks that a plan asks for, off the step: operation by operation on the TensorFlow.js
 * of the task, whatever engine trains. It draws nothing and changes nothing but the instance's
 * variables, which show the parameters of now, as before an evaluation.
 */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #inspections: readonly Inspection[];
  readonly #silenced = new Set<string>();

  constructor(options: InspectorOptions) {
    const { tf, spec } = options;
    const { halvesEvery, statisticsEvery } = spec.plan;
    this.#options = options;
    this.#inspections = [
      ...(halvesEvery === undefined ? [] : [halves(tf, spec, halvesEvery)]),
      ...(statisticsEvery === undefined ? [] : [statistics(tf, spec, statisticsEvery)]),
    ];
  }

  /** The figures that are due before a step is taken with a batch; mostly none. */
  async inspect(step: number, batch: Batch | undefined): Promise<Metrics> {
    const due = this.#inspections.filter(
      ({ name, every }) => step % every === 0 && !this.#silenced.has(name),
    );
    if (due.length === 0 || !batch) return {};
    await this.#options.engine.publish();
    const metrics: Record<string, number> = {};
    for (const inspection of due) {
      Object.assign(metrics, await this.#measure(inspection, batch, step));
    }
    return metrics;
  }

  async #measure(inspection: Inspection, batch: Batch, step: number): Promise<Metrics> {
    const { name, measure } = inspection;
    try {
      const measured = await measure(batch);
      if (measured.ok) return measured.value;
      this.#silence(name, measured.error, step);
    } catch (error) {
      // A task may be made for batches of one size only.
      this.#silence(name, error instanceof Error ? error.message : String(error), step);
    }
    return {};
  }

  #silence(name: string, reason: string, step: number): void {
    this.#silenced.add(name);
    this.#options.notice(`There are no figures of ${name}: ${reason}`, step);
  }
}

function halves(tf: Tf, spec: StepSpec, every: number): Inspection {
  const inspection = new HalvesInspection(tf, spec);
  return {
    name: 'the halves of a batch',
    every,
    measure: (batch) => inspection.measure(batch),
  };
}

function statistics(tf: Tf, spec: StepSpec, every: number): Inspection {
  return {
    name: 'weights and activations',
    every,
    measure: async (batch) => succeed(await layerStatistics(tf, spec, batch)),
  };
}
