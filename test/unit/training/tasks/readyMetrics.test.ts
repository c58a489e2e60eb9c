import { expect, it } from 'vitest';

import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { faceTemplate } from '../../../../server/src/training/tasks/faceTemplate/faceTemplate.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import { smallFaceConfig, trainFaces } from '../support/faceTemplateSetup.ts';
import { trainSmall } from '../support/flowEditSetup.ts';
import { smallEmotionConfig, trainEmotion } from '../support/multimodalEmotionSetup.ts';
import { smallSemanticConfig, trainSemantics } from '../support/semanticSetup.ts';

it.each([
  { task: flowEdit, train: () => trainSmall({ steps: 1 }) },
  { task: faceTemplate, train: () => trainFaces(cpu, smallFaceConfig({ steps: 1 })) },
  { task: multimodalEmotion, train: () => trainEmotion(cpu, smallEmotionConfig({ steps: 1 })) },
  { task: semanticVaeFlow, train: () => trainSemantics(cpu, smallSemanticConfig({ steps: 1 })) },
])(
  'the experiments of $task.name are answered by metrics that a run has',
  {
    timeout: 60_000,
  },
  async ({ task, train }) => {
    const { lines } = await train();
    const logged = lines.flatMap((line) => Object.keys(line));
    const asked = (task.ablations ?? []).flatMap(({ metrics = [] }) => metrics);
    expect(asked.filter((metric) => !logged.includes(metric))).toEqual([]);
    // Questions name their metrics in parentheses; those must lead the report.
    for (const { question, metrics = [], name } of task.ablations ?? []) {
      const named = question.match(/\b[a-z]+(?:\/[a-z_]+|@\d+)/g) ?? [];
      for (const metric of named.filter((word) => logged.includes(word))) {
        expect(metrics, name).toContain(metric);
      }
    }
  },
);
