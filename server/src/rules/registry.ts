import { conflict } from './catalog/conflict.ts';
import { dominance } from './catalog/dominance.ts';
import { nonFinite } from './catalog/nonFinite.ts';
import { weakLoss } from './catalog/weakLoss.ts';
import type { Rule } from './rule.ts';

/** The diagnostic rules, sorted by name. */
export const rules: readonly Rule[] = [conflict, dominance, nonFinite, weakLoss];
