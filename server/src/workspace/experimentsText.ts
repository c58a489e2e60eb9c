import type { ReadyAblation } from '../model/ablation.ts';
import { prose } from './strategyHover.ts';

/** The experiments of a task that are ready to run, as Markdown; empty where there is none. */
export function experimentsMarkdown(
  ablations: readonly ReadyAblation[],
  {
    experimentLink,
  }: { readonly experimentLink: ((title: string, name: string) => string) | undefined },
): string {
  if (ablations.length === 0) return '';
  const items = ablations.map(({ name, title, question }) => {
    const head = experimentLink?.(prose(title), name) ?? `**${prose(title)}**`;
    return `- ${head} — ${prose(question)}`;
  });
  return ['Experiments that are ready to run:', '', ...items].join('\n');
}
