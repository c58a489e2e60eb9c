import type { ReadyExperiment } from '../../protocol/readyExperiments.ts';

/** The names of the experiments, each with what it answers and how many runs it takes. */
export function writeExperiments(experiments: readonly ReadyExperiment[]): string {
  if (experiments.length === 0) {
    return 'There is no ready-made experiment for this config: only built-in tasks have some.\n';
  }
  const lines = experiments.flatMap(({ name, title, question, variants, runs, problem }) => [
    `${name}: ${title}`,
    `    ${question}`,
    `    ${problem ?? `${variants} configs, ${runs} runs`}`,
  ]);
  return `${lines.join('\n')}\n`;
}
