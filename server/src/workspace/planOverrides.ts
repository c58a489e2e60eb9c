import {
  type ChosenOverrides,
  chooseOverrides,
  type OverriddenVariant,
  setTwice,
} from '../ablation/overrides/chooseOverrides.ts';
import type { OverrideSubject, ProgramSource } from '../ablation/overrides/override.ts';
import type { AblationPlan } from '../ablation/plan.ts';
import { fail, type Result } from '../base/result.ts';
import type { Variant } from '../model/ablation.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigFile } from './configFile.ts';
import type { EngineChoice, FoundProject } from './engineChoice.ts';
import type { RunOverrides } from './ownConfig.ts';

/** A config that the user's own program trains. */
export interface CommandConfig {
  readonly config: Pick<ConfigFile, 'document' | 'path' | 'terms'>;
  readonly found: FoundProject | undefined;
  readonly choice: EngineChoice;
  /** What the command runs, where that can be read. */
  readonly program: ProgramSource | undefined;
}

/** How the variants of a plan reach the user's own program; undefined where a task trains them. */
export function planOverrides(
  of: CommandConfig,
  { variants }: Pick<AblationPlan, 'variants'>,
): Result<ChosenOverrides> | undefined {
  const subject = subjectOf(of);
  if (!subject) return undefined;
  const overridden = variants.map((variant) => overriddenBy(variant, of.config.terms));
  const chosen = chooseOverrides(subject, askedFor(of), overridden);
  const commandLine = chosen.ok ? chosen.value.commandLine : undefined;
  const twice = commandLine && setTwice(subject, commandLine);
  return twice === undefined ? chosen : fail(twice);
}

/**
 * What a run of the config as it is has on the command line: nothing, where the program reads the
 * user's own file, as it would with every weight changed, or where no copy could be read; undefined
 * where it gets a copy.
 */
export function overridesOfRun(of: CommandConfig, plannedText: string): RunOverrides | undefined {
  const subject = subjectOf(of);
  const asked = askedFor(of);
  // It changes no weight: what the command line cannot set matters only to what is certain.
  const counted = asked === undefined || asked === 'auto' ? of.config.terms : [];
  const weights = counted.flatMap((term) =>
    term.weight === undefined || term.kind !== 'definition' ? [] : [weightOf(term, term.weight)],
  );
  const chosen = subject && chooseOverrides(subject, asked, [{ id: '', label: '', weights }]);
  const isCopied = !chosen || (chosen.ok && !chosen.value.commandLine);
  return isCopied ? undefined : { arguments: [], plannedText };
}

/** What the baseline of an experiment has of what was chosen; undefined where it gets a copy. */
export function baselineOverrides(
  chosen: ChosenOverrides | undefined,
  plannedText: string,
): RunOverrides | undefined {
  return chosen?.commandLine && { arguments: [], plannedText };
}

function askedFor({ found }: CommandConfig) {
  return found?.project?.run?.overrides;
}

function subjectOf({ config, choice, program }: CommandConfig): OverrideSubject | undefined {
  const { document, path } = config;
  if (choice.engine === 'task' || !document) return undefined;
  return { configPath: path, document, command: choice.command, program };
}

function overriddenBy(
  { id, label, changes }: Variant,
  terms: readonly LossTerm[],
): OverriddenVariant {
  const weights = changes.flatMap(({ term: name, to }) => {
    const term = terms.find((candidate) => candidate.name === name);
    return term ? [weightOf(term, to)] : [];
  });
  return { id, label, weights };
}

function weightOf(
  { name, path, text, valueRange }: LossTerm,
  value: number,
): OverriddenVariant['weights'][number] {
  return { term: name, path, text, start: valueRange.start, value };
}
