import { byName } from './byName.ts';
import { completeOptions, type NamedOptions, namedOptionsSchema } from './namedOptions.ts';
import { strategies } from './strategies/registry.ts';
import type { TrainingPlan } from './task.ts';

/**
 * The config's `strategy`: null, a name, or a mapping of `name` and the strategy's own options. It
 * comes out as the strategy with all of its options; null stays null.
 *
 * @param terms names of the task's losses; options may name no others
 */
export function strategySchema(terms: readonly string[]) {
  return namedOptionsSchema(strategies)
    .nullable()
    .default(null)
    .superRefine((chosen, context) => {
      const message = `the losses of this task are ${terms.join(', ')}`;
      for (const strange of chosen ? strangeTerms(chosen, terms) : []) {
        const path = placeOf(chosen?.options, strange);
        context.addIssue({ code: 'custom', path, message: `${message}, not ${strange}` });
      }
    });
}

/** The part of a plan that a config's strategy says. */
export function planStrategy(
  chosen: NamedOptions | null,
  otherwise: string,
): Pick<TrainingPlan, 'strategy' | 'strategyOptions'> {
  const { name, options } = chosen ?? completeOptions(strategies, otherwise);
  return { strategy: name, strategyOptions: options };
}

function strangeTerms({ name, options }: NamedOptions, terms: readonly string[]) {
  const named = byName(strategies, name).namedTerms?.(options) ?? [];
  return named.filter((term) => !terms.includes(term));
}

/** Where among options a name stands, as a value or as a key. */
function placeOf(options: unknown, name: string): string[] {
  if (typeof options !== 'object' || options === null) return [];
  for (const [key, value] of Object.entries(options)) {
    if (key === name || value === name) return [key];
    const deeper = placeOf(value, name);
    if (deeper.length > 0) return [key, ...deeper];
  }
  return [];
}
