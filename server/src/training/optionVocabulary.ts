import { optimizers } from './optimizers/registry.ts';
import { learningRateSchedules } from './schedules/registry.ts';
import { strategies } from './strategies/registry.ts';
import type { Task } from './task.ts';
import { tasks } from './tasks/registry.ts';

/** A name that a config may choose, in words. */
export interface NamedChoice {
  readonly name: string;
  readonly description: string;
}

/** What the names at a place of a config stand for. */
export interface OptionVocabulary {
  readonly family: 'optimizer' | 'schedule' | 'strategy' | 'task' | 'term';
  readonly choices: readonly NamedChoice[];
}

/** The registered things, or losses of the task, that are named at a path of its config, if any are. */
export function vocabularyAt(
  path: readonly PropertyKey[],
  task: Pick<Task, 'terms'> | undefined,
): OptionVocabulary | undefined {
  const place = path.join('.');
  if (place === 'task') return { family: 'task', choices: tasks };
  if (place === 'optimizer.name') return { family: 'optimizer', choices: optimizers };
  if (place === 'learning_rate_schedule.name') {
    return { family: 'schedule', choices: learningRateSchedules };
  }
  if (place === 'strategy' || place === 'strategy.name') {
    return { family: 'strategy', choices: strategies };
  }
  if (place === 'strategy.term' && task) return { family: 'term', choices: task.terms };
  return undefined;
}
