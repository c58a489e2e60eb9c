import type { ChoicePlace, TaskChoices } from '../model/taskChoices.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import { losses } from '../training/losses/registry.ts';
import { type OptionSchema, optionsOfTask, valueAt } from '../training/optionSchema.ts';
import { learningRateSchedules } from '../training/schedules/registry.ts';
import { strategies } from '../training/strategies/registry.ts';
import type { TaskOutline } from '../training/task.ts';
import { checkOptions } from '../training/wrongOptions.ts';
import type { ConfigFile } from './configFile.ts';

/** How the losses of any task may take turns, where the task has no modes of its own. */
const strategyModes = ['alternating', 'joint', 'two-stage'];

/** What a config may choose beside its weights, with what it has now; undefined where no task says. */
export function taskChoicesOf({ task, document }: ConfigFile): TaskChoices | undefined {
  if (!task || !document) return undefined;
  const written = toPlainData(document.root);
  const checked = checkOptions(task, written);
  // A config that is wrong somewhere has defaults too, but they cannot be told from it.
  const config = checked.ok ? checked.value : written;
  const placeOf = (path: readonly string[], names: readonly string[]): ChoicePlace => {
    const now = nameAt(config, path);
    return { path: [...path], names: [...names], ...(now === undefined ? {} : { now }) };
  };
  const forms = new Set(losses.map(({ name }) => name));
  const own = (task.choices ?? []).map(({ path, choices }) =>
    placeOf(
      path,
      choices.map(({ name }) => name),
    ),
  );
  const mode = own.find(({ path }) => path.at(-1) === 'mode');
  return {
    strategy: placeOf(
      ['strategy'],
      strategies.map(({ name }) => name),
    ),
    schedule: placeOf(['learning_rate_schedule', 'name'], ratesOf(config)),
    termSchedules: strategies
      .filter(({ curve, options }) => curve && 'term' in options.shape)
      .map(({ name }) => name),
    losses: own.filter(({ names }) => names.every((name) => forms.has(name))),
    mode: mode ?? strategyMode(placeOf(['strategy'], strategyModes)),
    shuffles: shuffleKeys(task).map((path) => ({
      path: [...path],
      now: path.reduce(valueAt, config) === true,
    })),
  };
}

/** The name at a place that holds one, alone or beside its options. */
function nameAt(config: unknown, path: readonly string[]): string | undefined {
  const value = path.reduce(valueAt, config);
  const name = typeof value === 'object' ? valueAt(value, 'name') : value;
  return typeof name === 'string' ? name : undefined;
}

/** A strategy that is no mode trains all losses at once. */
function strategyMode(place: ChoicePlace): ChoicePlace {
  const { now } = place;
  return { ...place, now: now !== undefined && place.names.includes(now) ? now : 'joint' };
}

/** The schedules that can be chosen by their name alone: `step` needs to know when, too. */
function ratesOf(config: unknown): readonly string[] {
  const milestones = ['learning_rate_schedule', 'milestones'].reduce(valueAt, config);
  const hasMilestones = Array.isArray(milestones) && milestones.length > 0;
  return learningRateSchedules
    .map(({ name }) => name)
    .filter((name) => name !== 'step' || hasMilestones);
}

/** The keys of a task that are yes or no and say in their name that they shuffle. */
function shuffleKeys(task: TaskOutline): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const look = ({ properties = {} }: OptionSchema, path: readonly string[]): void => {
    for (const [key, option] of Object.entries(properties)) {
      if (option.type === 'boolean' && /^shuffle(_|$)/.test(key)) found.push([...path, key]);
      else look(option, [...path, key]);
    }
  };
  look(optionsOfTask(task), []);
  return found;
}
