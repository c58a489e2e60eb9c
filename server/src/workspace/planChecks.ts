import type { AblationPlan } from '../ablation/plan.ts';
import type { CompletedConfig } from '../ablation/readyPlan.ts';
import { fail, type Result } from '../base/result.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { configLanguages } from '../syntax/registry.ts';
import type { EngineChoice } from './engineChoice.ts';

/** What a task makes of a config, or in words what is wrong with it. */
type Complete = (document: ConfigDocument) => Result<CompletedConfig>;

/** The config as its task completes it, once every variant of a plan can be trained by it too. */
export function checkByTask(
  plan: AblationPlan,
  document: ConfigDocument,
  complete: Complete,
  configName: string,
): Result<CompletedConfig> {
  const own = complete(document);
  if (!own.ok) return fail(`${configName} cannot be trained as it is: ${own.error}`);
  const language = configLanguages.find(({ name }) => name === document.language);
  for (const { id, label } of plan.variants) {
    const text = plan.texts.get(id);
    const variant = text === undefined ? undefined : language?.parse(text, document);
    const completed = variant ? complete(variant) : own;
    if (!completed.ok) return fail(`${label}: ${completed.error}`);
  }
  return own;
}

/** What a program of the user's own will not be told, though the plan counts on it. */
export function commandNotes(
  choice: EngineChoice,
  runs: AblationPlan['runs'],
  steps: number | undefined,
): readonly string[] {
  if (choice.engine !== 'command') return [];
  const takes = (name: string): boolean =>
    choice.command.some((part) => part.includes(`{${name}}`));
  const hasSeeds = new Set(runs.map(({ seed }) => seed)).size > 1;
  return [
    ...(hasSeeds && !takes('seed')
      ? [
          'run.command has no {seed}: unless the program reads COUNTERWEIGHT_SEED, the runs of all seeds are alike and say nothing of chance. Add an argument such as --seed {seed}.',
        ]
      : []),
    ...(steps !== undefined && !takes('steps')
      ? [
          `run.command has no {steps}, so the program is not told of the ${steps.toLocaleString('en')} steps. Add an argument such as --steps {steps}.`,
        ]
      : []),
  ];
}
