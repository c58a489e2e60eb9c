import { fail, type Result, succeed } from '../base/result.ts';
import type { Loss, LossFunction } from './loss.ts';
import { bindShapes, describeChange, toDimensions } from './lossShapes.ts';
import type { Tf } from './task.ts';

/** What a loss is to be made ready for. */
export interface LossUse {
  /** As in a config; defaults stand in for what is left out. */
  readonly options?: unknown;
  /** Shapes of the inputs by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * Makes a loss ready, or says why it cannot be: an option, or the shape of an input. What is made checks
 * the shapes of each call too, and throws where they are not those it was made for, but for the
 * extent of the batch.
 */
export function prepareLoss(
  tf: Tf,
  loss: Loss,
  { options = {}, shapes }: LossUse,
): Result<LossFunction> {
  const parsed = loss.options.safeParse(options);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter((part) => part !== '').join(': '),
    );
    return fail(`Options of the loss ${loss.name}: ${issues.join('; ')}.`);
  }
  const bound = bindShapes(loss.inputs, shapes);
  if (!bound.ok) return fail(`The loss ${loss.name} ${bound.error}.`);
  const dimensions = toDimensions(bound.value);
  const problem = loss.problem?.(parsed.data, dimensions);
  if (problem !== undefined) return fail(`The loss ${loss.name}: ${problem}.`);
  const made = loss.create(tf, parsed.data, dimensions);
  return succeed({
    compute(inputs) {
      const now = bindShapes(
        loss.inputs,
        Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])),
      );
      if (!now.ok) throw new RangeError(`The loss ${loss.name} ${now.error}.`);
      const change = describeChange(bound.value, now.value);
      if (change !== undefined) throw new RangeError(`The loss ${loss.name} ${change}.`);
      return made.compute(inputs);
    },
    dispose: () => made.dispose(),
  });
}
