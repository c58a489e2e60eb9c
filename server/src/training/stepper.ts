import { createRandom } from '../base/random.ts';
import { byName } from './byName.ts';
import { checkBatch } from './checkBatch.ts';
import type { StepEngine, StepKind, StepOutcome, StepSpec } from './stepEngine.ts';
import { strategies } from './strategies/registry.ts';
import type { Strategy, StrategyReading, StrategyState } from './strategy.ts';
import type { Batch } from './task.ts';

/** Takes steps on an engine with the weights of a strategy. The engine stays the caller's. */
export class Stepper {
  readonly #strategy: Strategy;
  readonly #state: StrategyState;

  constructor({ plan, terms }: StepSpec) {
    this.#strategy = byName(strategies, plan.strategy);
    this.#state = this.#strategy.create({
      terms,
      weights: plan.weights,
      reference: Math.max(0, terms.indexOf(plan.referenceTerm)),
      steps: plan.steps,
      random: createRandom(plan.seed, 'strategy'),
      options: this.#strategy.options.parse(plan.strategyOptions),
    });
  }

  /**
   * @param batches as many as the plan accumulates; they stay the caller's
   * @throws where a batch has no rows, naming the tensor and its shape
   */
  async step(
    engine: StepEngine,
    step: number,
    kind: StepKind,
    batches: readonly Batch[],
  ): Promise<StepOutcome> {
    for (const batch of batches) checkBatch(batch, step);
    const { needs, moments } = this.#strategy;
    const seesAll = needs === 'gradients' && moments?.turn !== 'one loss a step';
    let asked: readonly number[] | undefined;
    const weigh = (reading: StrategyReading): readonly number[] => {
      // Asked again after a change of engine, the strategy must not move on a second time.
      asked ??= this.#state.weights({ ...reading, step });
      return asked;
    };
    const { after } = this.#state;
    return engine.step({
      step,
      kind: seesAll ? 'probe' : kind,
      batches,
      weigh,
      ...(after ? { after } : {}),
    });
  }

  snapshot(): readonly number[] {
    return this.#state.snapshot();
  }

  restore(numbers: readonly number[]): void {
    this.#state.restore(numbers);
  }
}
