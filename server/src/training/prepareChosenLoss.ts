import { invariant } from '../base/invariant.ts';
import { byName } from './byName.ts';
import type { LossFunction } from './loss.ts';
import { losses } from './losses/registry.ts';
import { findLayout, type LossLayout } from './lossOptions.ts';
import type { NamedOptions } from './namedOptions.ts';
import { prepareLoss } from './prepareLoss.ts';
import type { Tf } from './task.ts';

/**
 * Makes a loss ready that a config chose by `lossSchema` with these layouts. What it computes may be
 * given everything that the layouts name, in any of their shapes.
 */
export function prepareChosenLoss(
  tf: Tf,
  chosen: NamedOptions,
  layouts: readonly LossLayout[],
): LossFunction {
  const found = findLayout(chosen, layouts);
  invariant(found.ok, found.ok ? 'the loss fits' : found.error);
  const shapes = Object.entries(found.value);
  const { name, options } = chosen;
  const made = prepareLoss(tf, byName(losses, name), { options, shapes: found.value });
  invariant(made.ok, made.ok ? 'the loss is ready' : made.error);
  const loss = made.value;
  return {
    compute(inputs) {
      const shaped = shapes.map(([input, [, ...extents]]) => {
        const tensor = inputs[input];
        invariant(tensor, `the loss ${name} is given ${input}`);
        return [input, tf.reshape(tensor, [-1, ...extents])] as const;
      });
      return loss.compute(Object.fromEntries(shaped));
    },
    dispose: () => loss.dispose(),
  };
}
