import { fail, type Result, succeed } from '../base/result.ts';
import { byName } from './byName.ts';
import type { Loss } from './loss.ts';
import { losses } from './losses/registry.ts';
import { bindShapes, toDimensions } from './lossShapes.ts';
import { type NamedOptions, namedOptionsSchema } from './namedOptions.ts';

/**
 * Shapes of what a loss may be given, by name of the input. The first extent is the batch, and stands
 * for any.
 */
export type LossLayout = Readonly<Record<string, readonly number[]>>;

/** The losses of these names, which a config may choose among. */
export function lossChoices(names: readonly string[]): readonly Loss[] {
  return names.map((name) => byName(losses, name));
}

/**
 * A loss in a config: null for the task's own form, a name, or a mapping of `name` and the loss's own
 * options. It comes out with all of its options; options that do not fit the shapes are refused.
 *
 * @param layouts the same numbers in several shapes; a loss gets the first that it can take
 */
export function lossSchema(names: readonly string[], layouts: readonly LossLayout[]) {
  return namedOptionsSchema(lossChoices(names))
    .nullable()
    .default(null)
    .superRefine((chosen, context) => {
      const found = chosen ? findLayout(chosen, layouts) : undefined;
      if (found?.ok === false) context.addIssue({ code: 'custom', message: found.error });
    });
}

/** The first layout that a loss can take, without what the loss has no input for. */
export function findLayout(
  { name, options }: NamedOptions,
  layouts: readonly LossLayout[],
): Result<LossLayout> {
  const loss = byName(losses, name);
  for (const layout of layouts) {
    const shapes = Object.fromEntries(
      Object.entries(layout).filter(([input]) => Object.hasOwn(loss.inputs, input)),
    );
    const bound = bindShapes(loss.inputs, shapes);
    if (!bound.ok) continue;
    const problem = loss.problem?.(options, toDimensions(bound.value));
    return problem === undefined ? succeed(shapes) : fail(problem);
  }
  return fail(`the loss ${name} cannot be computed of what this term compares`);
}
