import type { TextRange } from '../base/textRange.ts';
import { placeAt, type TextPlace } from '../syntax/configTree.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import { sweepIsTheBaseline } from '../training/chooseStrategy.ts';
import { learningRateAt } from '../training/learningRateCourse.ts';
import { optionAt, valueAt } from '../training/optionSchema.ts';
import { vocabularyAt } from '../training/optionVocabulary.ts';
import { strategies } from '../training/strategies/registry.ts';
import type { Strategy } from '../training/strategy.ts';
import type { TaskOutline, TrainingPlan } from '../training/task.ts';
import { checkOptions } from '../training/wrongOptions.ts';
import type { ConfigFile } from './configFile.ts';
import { type Curve, curveMarkdown } from './curveText.ts';
import { experimentsMarkdown } from './experimentsText.ts';
import { code } from './hoverText.ts';
import { optionMarkdown } from './optionText.ts';
import { prose, strategyMarkdown } from './strategyHover.ts';
import type { TaskSchemas } from './taskSchemas.ts';

export interface ConfigHoverOptions {
  /** Whether the client draws images. */
  readonly images: boolean;
  readonly schemas: TaskSchemas;
  /** A link that runs an ablation of this config, as Markdown; undefined where nothing may be run. */
  readonly ablationLink: ((title: string) => string) | undefined;
  /** A link that runs a ready-made experiment by its name; undefined where nothing may be run. */
  readonly experimentLink: ((title: string, name: string) => string) | undefined;
}

export interface ConfigHover {
  readonly range: TextRange;
  readonly markdown: string;
}

/** What a key or a name of a built-in task's config means; undefined elsewhere. */
export function configHover(
  file: ConfigFile,
  offset: number,
  options: ConfigHoverOptions,
): ConfigHover | undefined {
  const { task, document } = file;
  const place = placeAt(document?.root, offset);
  if (!task || !place) return undefined;
  const data = toPlainData(document?.root);
  const option = optionAt(options.schemas.of(task), place.path, data);
  if (!option) return undefined;
  const look: Look = { task, place, data, plan: planOf(task, data), options };
  const key = `**${code(place.path.join('.'))}**\n\n${optionMarkdown(option)}`;
  const parts = [
    choiceText(look) ?? key,
    scheduleText(look),
    strategyText(look),
    place.path.join('.') === 'task' ? experimentsMarkdown(task.ablations ?? [], options) : '',
  ];
  const markdown = parts.filter((part) => part !== '').join('\n\n');
  return { range: place.range, markdown };
}

interface Look {
  readonly task: TaskOutline;
  readonly place: TextPlace;
  readonly data: unknown;
  /** Absent while the config is not valid. */
  readonly plan: TrainingPlan | undefined;
  readonly options: ConfigHoverOptions;
}

function planOf(task: TaskOutline, data: unknown): TrainingPlan | undefined {
  const checked = checkOptions(task, data);
  return checked.ok ? task.plan(checked.value) : undefined;
}

/** The name under the mouse in words. What a strategy does fills a text of its own. */
function choiceText({ place, data, task }: Look): string | undefined {
  const vocabulary = place.part === 'value' ? vocabularyAt(place.path, task) : undefined;
  const name = place.path.reduce<unknown>(valueAt, data);
  const choice = vocabulary?.choices.find((candidate) => candidate.name === name);
  if (!vocabulary || !choice) return undefined;
  if (vocabulary.family === 'strategy') return '';
  const { description, trap, source } = choice;
  return [
    `**${name}** — ${prose(description)}`,
    ...(trap === undefined ? [] : [`⚠ ${prose(trap)}`]),
    ...(source === undefined ? [] : [`Source: ${prose(source)}`]),
  ].join('\n\n');
}

const noCurve = '*The curve is drawn once the config has no errors.*';

function scheduleText({ place, plan, options }: Look): string {
  if (place.path[0] !== 'learning_rate_schedule') return '';
  if (!plan) return noCurve;
  const { learningRate, steps, optimizer } = plan;
  const curve: Curve = {
    label: 'learning rate',
    steps,
    valueAt: (step) => learningRateAt(learningRate, step, steps, optimizer.learningRate),
  };
  return curveMarkdown(curve, options.images);
}

/** On the key `strategy`, and on a strategy's name, all that is known of the one that will be used. */
function strategyText(look: Look): string {
  const { place, plan, task, options } = look;
  if (place.path[0] !== 'strategy') return '';
  const isAboutItAll = place.path.length === 1 || place.path[1] === 'name';
  const named = namedStrategy(look);
  const strategy = named ?? strategies.find(({ name }) => name === plan?.strategy);
  if (!strategy || !isAboutItAll) return strategy ? strategyCurve(strategy, look) : '';
  return [
    named ? '' : 'Without one, this config uses:',
    strategyMarkdown(strategy, {
      losses: task.terms.length,
      curve: strategyCurve(strategy, look),
      baseline: baselineText(options),
    }),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function namedStrategy({ data }: Look): Strategy | undefined {
  const value = valueAt(data, 'strategy');
  const name = typeof value === 'string' ? value : valueAt(value, 'name');
  return strategies.find((strategy) => strategy.name === name);
}

function strategyCurve(strategy: Strategy, { plan, options }: Look): string {
  if (!strategy.curve) return '';
  if (plan?.strategy !== strategy.name) return noCurve;
  const { steps, strategyOptions } = plan;
  const terms = (strategy.namedTerms?.(strategyOptions) ?? []).join(', ');
  const curve: Curve = {
    label: `factor of the weight${terms === '' ? '' : ` of ${terms}`}`,
    steps,
    valueAt: (step) => strategy.curve?.(strategyOptions, steps, step) ?? 1,
  };
  return curveMarkdown(curve, options.images);
}

function baselineText({ ablationLink }: ConfigHoverOptions): string {
  const { words, sources } = sweepIsTheBaseline;
  const link = ablationLink?.('Run an ablation of the weights');
  const parts = [
    prose(words),
    ...(link === undefined ? [] : [link]),
    `(${prose(sources.join('; '))})`,
  ];
  return parts.join(' ');
}
