import type { WeightAblationRequest } from '../model/ablationRequest.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { AblateArgument } from '../protocol/commands.ts';
import type { ConfigFile } from '../workspace/configFile.ts';
import { canAblate } from '../workspace/settlingAblations.ts';

/** A short title, and what `counterweight.ablate` is called with. */
type OfferedAblation = readonly [string, AblateArgument];

/** The experiments that stand beside a weight: those of one click that it allows as it is, and a sweep. */
export function offeredAblations(
  file: ConfigFile,
  { name: term, weight }: LossTerm,
): readonly OfferedAblation[] {
  const configUri = file.uri;
  const requests: readonly (readonly [string, WeightAblationRequest])[] = [
    ['without', { kind: 'without', term }],
    ['only', { kind: 'only', term }],
    ['×2', { kind: 'scale', term, value: 2 }],
  ];
  const possible = requests
    .filter(([, request]) => canAblate(file, request))
    .map(([title, request]): OfferedAblation => [title, { configUri, ...request }]);
  // Without a number there is nothing to vary; which weights to try is asked for.
  return weight === undefined
    ? possible
    : [...possible, ['sweep…', { configUri, kind: 'sweep', term }]];
}
