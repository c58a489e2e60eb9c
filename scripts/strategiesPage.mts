import { chooseStrategy, followsWeights } from '../server/src/training/chooseStrategy.ts';
import { strategies } from '../server/src/training/strategies/registry.ts';
import type { Strategy, StrategyMoments } from '../server/src/training/strategy.ts';
import { code, markdownTable } from './markdownTable.mts';
import { optionTable } from './optionTable.mts';

const notation = `Losses L₁ … L_K with the config's weights wₖ; gₖ is the gradient of Lₖ over the parameters that all
losses share (or over \`probe.cut\`), nₖ = |gₖ|, uₖ = gₖ/nₖ, J the matrix whose rows are gₖ, G = JJᵀ the Gramian,
ḡ the mean. A step goes along −d, d = Σ wₖ gₖ with the weights that the strategy returns. F is a forward pass, B a
backward pass.`;

const weights = `**Weights of the config.** Where it says *before*, a strategy is told the weighted losses wₖLₖ and their
gradients wₖgₖ, so that what it guarantees holds for them, and what it returns is multiplied by wₖ. A strategy whose
direction does not depend on scale is then deaf to weights: they change at most the length of its step. Where it says
*after*, a strategy is told the losses as they are, and its factor is multiplied by wₖ. Either way a loss of weight 0
takes no part.`;

const config = `**In a config.** \`strategy: dwa\`, or \`strategy: {name: dwa, temperature: 1}\` with the options below. A
schedule takes \`term\`, the loss that it is for.`;

const finite = `**Figures that are not finite.** A reading with a NaN or an infinite figure, or one out of which no weights
come that float32 can hold, leaves all weights as they were at the step before, and is not remembered.`;

const legend = `*Scale of a loss*: what becomes of the step when a loss is multiplied by a constant; *in part* means that it
turns, but not once weights have been learnt, or not where gradients are orthogonal. *Never up*: whether the step, to
first order, raises no loss; *if independent* while no gradient is a combination of others; *no* where nothing is done
about it. *When one is done*: what becomes of the step as one loss and its gradient go to 0. What is said of strategies
on moving averages holds for the averages.`;

const notOffered = `These are not offered; a fixed weight or one of the above does not stand in for them:

- **GradDrop** (Chen et al., NeurIPS 2020) keeps or drops each coordinate of the gradients by their signs: no weights
  of whole gradients say that, and its masks are as random as they are large. Its formula is in \`numerics/balance\` and
  agrees with the published vector; the engine has no step that goes along coordinates of several gradients.
- **MoDo** and **SDMGrad** (Chen et al.; Xiao et al., NeurIPS 2023) need the inner products of gradients of two or three
  independent batches in each step, to be free of the bias of one; a probe measures one batch. What one batch costs in
  bias can be seen by \`probe.halves_every\`.
- **MoCo** (Fernando et al., ICLR 2023) tracks the gradients, as DB-MTL does here, and moves its weights by a projected
  step; its common implementation (LibMTL) normalises each gradient to the size of its loss and has a softmax in place
  of the projection, which the paper has not, and no values are published that would decide between the two.
- **ExcessMTL** (He et al., ICML 2024) weighs by the excess risk, estimated with running squares of every coordinate of
  every gradient: K further vectors as long as the parameters, which the Gramian does not hold.`;

/** docs/strategies.md: what every strategy declares, which the property tests hold it to. */
export function renderStrategies(): string {
  const sections = [
    '# Strategies',
    '<!-- Made by `node scripts/generate-docs.mts` from the registry. -->',
    notation,
    weights,
    config,
    finite,
    '## Choosing',
    choosing(),
    '## What each guarantees',
    'Held by property tests on random gradients (`test/unit/training/strategyProperties.test.ts`).',
    guarantees(),
    legend,
    ...strategies.map(sectionOf),
    '## Not offered',
    notOffered,
  ];
  return `${sections.join('\n\n')}\n`;
}

function choosing(): string {
  const { baseline, same } = chooseStrategy(strategies, { losses: 3 });
  const two = chooseStrategy(strategies, { losses: 2, conflict: false });
  const groups = [...new Map([...two.same, ...same].map((group) => [group.why, group])).values()];
  return [
    `${baseline.words} (${baseline.sources.join('; ')}.) So measure first, and let an ablation of fixed weights run beside whatever is tried.`,
    'Some strategies cannot be told apart, whatever their papers say:',
    groups.map(({ names, why }) => `- ${why} ${names.map(code).join(', ')}`).join('\n'),
  ].join('\n\n');
}

function guarantees(): string {
  return markdownTable(
    [
      'strategy',
      'cost',
      'weights',
      'scale of a loss',
      'never up, K = 2',
      'never up, K ≥ 3',
      'when one is done',
      'random',
      'solves',
    ],
    strategies.map((strategy) => {
      const { properties, name } = strategy;
      return [
        `[${code(name)}](#${name})`,
        costOf(strategy),
        followsWeights(strategy) ? strategy.weightsApply : `${strategy.weightsApply}, deaf`,
        scaleInWords[properties.scaleInvariance],
        properties.nonConflictingTwo,
        properties.nonConflictingMore,
        properties.whenOneVanishes,
        properties.random,
        properties.solver || '–',
      ];
    }),
  );
}

const scaleInWords: Readonly<Record<Strategy['properties']['scaleInvariance'], string>> = {
  no: 'turns the step',
  direction: 'length only',
  partly: 'in part',
  full: 'no effect',
};

function costOf({ cost, needs }: Strategy): string {
  const passes = `${cost.forwards}F + ${cost.backwards}B`;
  return needs === 'losses' ? `${passes}, losses read in mid-step` : passes;
}

function sectionOf(strategy: Strategy): string {
  const { name, description, formula, source, trap, degenerate, moments, options } = strategy;
  const parts = [
    `## ${name}`,
    description,
    code(formula),
    moments ? momentsInWords(moments) : '',
    `Cost: ${costOf(strategy)}. Source: ${source}`,
    trap === undefined ? '' : `**Trap.** ${trap}`,
    optionTable(options),
    markdownTable(
      ['where', 'what comes out'],
      [
        ['a gradient is 0', degenerate.zeroGradient],
        ['two gradients are opposed', degenerate.opposed],
        ['a gradient depends on others', degenerate.dependent],
        ['a figure is not finite', degenerate.nonFinite],
        ...(degenerate.notPositive ? [['a loss is 0 or below', degenerate.notPositive]] : []),
      ],
    ),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function momentsInWords({ decay, of, turn }: StrategyMoments): string {
  const what = of === 'gradients' ? 'gradients' : 'gradients of the logarithms';
  const when = turn === 'all' ? 'all at every step' : 'one loss at each step, in turn';
  return `Works on moving averages of the ${what} (decay ${decay}, bias-corrected; ${when}).`;
}
