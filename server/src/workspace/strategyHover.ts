import { chooseStrategy, followsWeights } from '../training/chooseStrategy.ts';
import { strategies } from '../training/strategies/registry.ts';
import type { DegenerateBehaviour, Strategy } from '../training/strategy.ts';
import type { StrategyProperties } from '../training/strategyProperties.ts';
import { code } from './hoverText.ts';

/** What the hover of a strategy shows beside what the strategy itself declares, as Markdown. */
export interface StrategySurroundings {
  /** Number of losses of the task. */
  readonly losses: number;
  /** The course of its weights; '' where it has none that is known beforehand. */
  readonly curve: string;
  /** What it has to be compared with. */
  readonly baseline: string;
}

/**
 * What a strategy does, costs and guarantees, as Markdown. A hover shows some ten lines before it
 * has to be scrolled, so what helps to choose stands first.
 */
export function strategyMarkdown(strategy: Strategy, surroundings: StrategySurroundings): string {
  const { name, description, formula, cost, properties, degenerate, source, trap } = strategy;
  const { losses, curve, baseline } = surroundings;
  return [
    `**${name}** — ${prose(description)}`,
    formula === '' ? '' : code(formula),
    curve,
    table([
      ['cost of a step', costText(cost, losses)],
      ['weights of the config', followsWeights(strategy) ? 'turn the step' : changeLengthAlone],
      ...guarantees(properties, losses),
    ]),
    sameText(strategy, losses),
    baseline,
    trap === undefined ? '' : `⚠ ${prose(trap)}`,
    table(degenerateRows(degenerate, losses)),
    `Source: ${prose(source)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `1 forward pass, K = 2 backward passes`. */
export function costText({ forwards, backwards }: Strategy['cost'], losses: number): string {
  const forward = forwards === 1 ? '1 forward pass' : `${forwards} forward passes`;
  const count = backwards === 'K' ? losses : 1;
  const backward = `${backwards === 'K' ? `K = ${losses}` : '1'} backward ${count === 1 ? 'pass' : 'passes'}`;
  return `${forward}, ${backward}`;
}

const scaleInWords: Readonly<Record<StrategyProperties['scaleInvariance'], string>> = {
  no: 'the step changes',
  direction: 'only the length of the step changes',
  partly: 'the step changes, but less',
  full: 'nothing changes',
};

const holdsInWords: Readonly<Record<StrategyProperties['nonConflictingMore'], string>> = {
  always: 'never, to first order',
  'not always': 'it can',
  no: 'it can; nothing prevents it',
  'if independent': 'never, to first order, unless one gradient is a combination of others',
};

const vanishedInWords: Readonly<Record<StrategyProperties['whenOneVanishes'], string>> = {
  'goes on': 'the others go on',
  stalls: 'the whole step stalls',
  explodes: 'its weight explodes',
  clipped: 'its weight grows to a bound',
};

const randomInWords: Readonly<Record<StrategyProperties['random'], string>> = {
  no: '',
  order: 'the order of the losses is drawn at each step',
  weights: 'the weights are drawn at each step',
};

const changeLengthAlone = 'change at most its length';

type Row = readonly [what: string, says: string];

function guarantees(properties: StrategyProperties, losses: number): readonly Row[] {
  const { scaleInvariance, nonConflictingTwo, nonConflictingMore, whenOneVanishes } = properties;
  const holds = losses > 2 ? nonConflictingMore : nonConflictingTwo;
  const optional: readonly Row[] = [
    ['chance', randomInWords[properties.random]],
    ['solved at each step', properties.solver],
  ];
  return [
    ['a loss is multiplied by 10', scaleInWords[scaleInvariance]],
    [`can a step raise one of ${losses} losses?`, holdsInWords[holds]],
    ['a loss is done', vanishedInWords[whenOneVanishes]],
    ...optional.filter(([, says]) => says !== ''),
  ];
}

/** Cases in which the same comes out share a row. */
function degenerateRows(degenerate: DegenerateBehaviour, losses: number): readonly Row[] {
  const rows: readonly Row[] = [
    ['a gradient is 0', degenerate.zeroGradient],
    ['two are exactly opposed', degenerate.opposed],
    ['one depends on others', losses > 2 ? degenerate.dependent : ''],
    ['NaN or infinite', degenerate.nonFinite],
  ];
  const outcomes = [...new Set(rows.map(([, says]) => says))].filter((says) => says !== '');
  return outcomes.map((says) => {
    const cases = rows.filter(([, outcome]) => outcome === says).map(([what]) => what);
    return [cases.join('; '), says];
  });
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  return ['| | |', '|:--|:--|', ...rows.map(([what, says]) => `| ${what} | ${cell(says)} |`)].join(
    '\n',
  );
}

/** Which other strategies do the same with so many losses. */
function sameText({ name }: Strategy, losses: number): string {
  return chooseStrategy(strategies, { losses })
    .same.filter(({ names }) => names.includes(name))
    .map(({ names, why }) => {
      const others = names.filter((other) => other !== name).map((other) => code(other));
      return `Does the same: ${others.join(', ')}. ${prose(why)}`;
    })
    .join('\n\n');
}

/** Text of ours in Markdown: what stands between backticks is code, and nothing else is markup. */
export function prose(text: string): string {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? `\`${part}\`` : part.replaceAll(/[\\*_<>~[\]]/g, (letter) => `\\${letter}`),
    )
    .join('');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|');
}
