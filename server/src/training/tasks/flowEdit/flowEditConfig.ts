import { isDeepStrictEqual } from 'node:util';

import { lossChoices } from '../../lossOptions.ts';
import type { TaskChoice } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';
import {
  type FlowEditConfig,
  flowEditKeys,
  flowMatching,
  renderPartsSchema,
} from './flowEditKeys.ts';
import { renderLossNames, velocityLossNames } from './flowEditLosses.ts';
import { modeOf, trainingModes } from './flowEditModes.ts';
import { pathConventions } from './flowEditPath.ts';

/** Where the config sets the weights of the two losses. */
export const velocityWeightPath = [...flowMatching, 'velocity_loss_weight'] as const;
export const renderWeightPath = [...flowMatching, 'render_loss_weight'] as const;

/** What else a config may choose by name. */
export const flowEditChoices: readonly TaskChoice[] = [
  { path: [...flowMatching, 'mode'], choices: trainingModes },
  { path: [...flowMatching, 'path', 'convention'], choices: pathConventions },
  { path: [...flowMatching, 'inference', 'convention'], choices: pathConventions },
  { path: [...flowMatching, 'time_sampling'], choices: timeSamplings },
  { path: [...flowMatching, 'velocity_loss'], choices: lossChoices(velocityLossNames) },
  { path: [...flowMatching, 'render_loss'], choices: lossChoices(renderLossNames) },
];

/** The config of `flow-edit` as a user writes it: its keys, where no two contradict each other. */
export const flowEditConfigSchema = flowEditKeys.superRefine((config, context) => {
  for (const { path, message } of contradictions(config)) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
});

interface Contradiction {
  readonly path: readonly string[];
  readonly message: string;
}

function contradictions(config: FlowEditConfig): readonly Contradiction[] {
  return [
    ...strategyContradictions(config),
    ...reconstructorContradictions(config),
    ...lossContradictions(config),
  ];
}

/** Both normalize_losses and some modes are strategies by another name. */
function strategyContradictions({ strategy, model }: FlowEditConfig): readonly Contradiction[] {
  const { mode, normalize_losses } = model.transformer.editor.flow_matching;
  const asked = modeOf(mode).strategy;
  if (normalize_losses && asked !== undefined) {
    const message = `mode: ${mode} asks for the strategy ${asked}, normalize_losses: true for normalised; set one of the two`;
    return [{ path: [...flowMatching, 'mode'], message }];
  }
  const name = asked ?? (normalize_losses ? 'normalised' : undefined);
  if (strategy === null || name === undefined || strategy.name === name) return [];
  const key = normalize_losses ? 'normalize_losses: true' : `mode: ${mode}`;
  const message = `${key} asks for the strategy ${name}; set one of the two`;
  return [{ path: ['strategy'], message }];
}

function reconstructorContradictions({
  optimizer,
  model,
}: FlowEditConfig): readonly Contradiction[] {
  if (model.reconstructor === 'trained') return [];
  const need = 'needs model.reconstructor: trained; a frozen one has no parameters';
  return [
    ...(model.transformer.editor.flow_matching.target === 'attached'
      ? [{ path: [...flowMatching, 'target'], message: `target: attached ${need}` }]
      : []),
    ...(optimizer.groups.reconstructor
      ? [{ path: ['optimizer', 'groups', 'reconstructor'], message: `the group ${need}` }]
      : []),
  ];
}

function lossContradictions({ model }: FlowEditConfig): readonly Contradiction[] {
  const { target, velocity_loss, render_loss, render_parts } =
    model.transformer.editor.flow_matching;
  const detaches = velocity_loss?.name === 'velocity' && target === 'attached';
  const isOwn = isDeepStrictEqual(render_parts, renderPartsSchema.parse({}));
  return [
    ...(detaches
      ? [
          {
            path: [...flowMatching, 'target'],
            message: 'velocity_loss: velocity always detaches its target; set one of the two',
          },
        ]
      : []),
    ...(render_loss === null || isOwn
      ? []
      : [
          {
            path: [...flowMatching, 'render_parts'],
            message: `they are those of render_loss: null, not of ${render_loss.name}; set one of the two`,
          },
        ]),
  ];
}
