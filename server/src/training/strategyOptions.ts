import { z } from 'zod';

import { byName } from './byName.ts';
import { strategies } from './strategies/registry.ts';
import type { Strategy } from './strategy.ts';
import type { TrainingPlan } from './task.ts';

/** A strategy with its options, as its own schema completed them. */
export interface ChosenStrategy {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * The config's `strategy`: null, a name, or a mapping of `name` and the strategy's own options. It
 * comes out as the strategy with all of its options; null stays null.
 *
 * @param terms names of the task's losses; options may name no others
 */
export function strategySchema(terms: readonly string[]) {
  const names = strategies.map(({ name }) => name);
  return z
    .union([z.enum(names), mappingSchema])
    .nullable()
    .default(null)
    .transform((value) => (value === null ? null : choose(value)))
    .superRefine((chosen, context) => {
      const strange = chosen ? strangeTerms(chosen, terms) : [];
      if (strange.length === 0) return;
      const message = `the losses of this task are ${terms.join(', ')}, not ${strange.join(', ')}`;
      context.addIssue({ code: 'custom', message });
    });
}

/** The part of a plan that a config's strategy says. */
export function planStrategy(
  chosen: ChosenStrategy | null,
  otherwise: string,
): Pick<TrainingPlan, 'strategy' | 'strategyOptions'> {
  const { name, options } = chosen ?? choose(otherwise);
  return { strategy: name, strategyOptions: options };
}

const [first, ...others] = strategies.map(withName);
const mappingSchema = first
  ? z.discriminatedUnion('name', [first, ...others])
  : z.strictObject({ name: z.never() });

function withName({ name, description, options }: Strategy) {
  return z.strictObject({ name: z.literal(name).describe(description), ...options.shape });
}

function choose(value: string | { readonly name: string }): ChosenStrategy {
  const { name, ...options } = typeof value === 'string' ? { name: value } : value;
  return { name, options: byName(strategies, name).options.parse(options) };
}

function strangeTerms({ name, options }: ChosenStrategy, terms: readonly string[]) {
  const named = byName(strategies, name).namedTerms?.(options) ?? [];
  return named.filter((term) => !terms.includes(term));
}
