import { nearestName } from '../../base/nearestName.ts';
import { fail, type Result, succeed } from '../../base/result.ts';
import type { ChoicePlace, TaskChoices } from '../../model/taskChoices.ts';
import type { KindSubject } from '../kind.ts';

/** What the task of a config lets it choose, or why nothing can be chosen. */
export function choicesOf({ choices }: KindSubject): Result<TaskChoices> {
  return choices
    ? succeed(choices)
    : fail(
        'Only the loss weights of this config can be varied: no task, built in or of your own, says what else its keys mean.',
      );
}

/** Names that are not among those of a key, in words; undefined where all are. */
export function unknownName(
  what: string,
  { names }: Pick<ChoicePlace, 'names'>,
  asked: readonly string[],
): string | undefined {
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown === undefined) return undefined;
  const nearest = nearestName(unknown, names);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return `There is no ${what} "${unknown}" here.${hint} There are ${names.join(', ')}.`;
}

/** A path as the dotted key of a config. */
export function dotted(path: readonly string[]): string {
  return path.join('.');
}
