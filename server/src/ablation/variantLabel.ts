import type { AblationRecord } from '../model/ablation.ts';

/** What people call a variant of an experiment: `without kl`. */
export function variantLabel({ variants }: Pick<AblationRecord, 'variants'>, id: string): string {
  return variants.find((variant) => variant.id === id)?.label ?? id;
}
